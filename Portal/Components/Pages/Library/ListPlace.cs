using ImageService.Portal.Images;

namespace ImageService.Portal.Components.Pages.Library;

/// <summary>Where a person was in a list, as the browser keeps it for Back and for a page that is loaded anew.</summary>
public sealed record ListPlace
{
    /// <summary>What was looked for: of another list it says nothing.</summary>
    public required string Of { get; init; }

    /// <summary>The list as far as it was known.</summary>
    public required IReadOnlyList<ListingMark> Marks { get; init; }

    /// <summary>What was chosen, where that was little.</summary>
    public IReadOnlyList<ChosenImage> Chosen { get; init; } = [];

    /// <summary>Index of the first tile on the screen.</summary>
    public int First { get; init; }

    /// <summary>px of its row above the screen; negative below the screen's top.</summary>
    public int Offset { get; init; }

    /// <summary>In a row.</summary>
    public int Columns { get; init; }

    /// <summary>px from a row's top to the next one's.</summary>
    public double Pitch { get; init; }

    /// <summary>On the screen.</summary>
    public int Rows { get; init; }

    /// <summary>The tiles that were drawn there.</summary>
    internal TileWindow Window => TileWindow.Measured(Columns, Pitch, Columns > 0 ? First / Columns : 0, Rows);
}
