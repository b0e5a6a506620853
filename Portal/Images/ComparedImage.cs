namespace ImageService.Portal.Images;

/// <summary>One of two pictures of an asset that are looked at beside each other.</summary>
/// <param name="Name">For people.</param>
/// <param name="Version">Of the asset.</param>
/// <param name="File">Operations with extension.</param>
public sealed record ComparedImage(string Name, int Version, string File);
