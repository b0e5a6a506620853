namespace ImageService.Portal.Components.Pages.Library;

/// <summary>Where a part of a list begins.</summary>
/// <param name="Cursor">That leads to it; null for the beginning.</param>
/// <param name="Count">Assets; 0 for what is not known yet.</param>
/// <param name="First">Id of its first asset; null while that is not known.</param>
public sealed record ListingMark(string? Cursor, int Count, string? First);
