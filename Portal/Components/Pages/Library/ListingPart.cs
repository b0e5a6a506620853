namespace ImageService.Portal.Components.Pages.Library;

/// <summary>A part of a list to be asked for.</summary>
/// <param name="Number">Its place among the parts.</param>
/// <param name="Cursor">That leads to it; null for the beginning.</param>
/// <param name="Limit">Assets, 48 to 500.</param>
public sealed record ListingPart(int Number, string? Cursor, int Limit);
