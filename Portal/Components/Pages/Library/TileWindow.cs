namespace ImageService.Portal.Components.Pages.Library;

/// <summary>Which tiles of a list are drawn: those on the screen and some rows on either side, the others being room of the same height.</summary>
public sealed record TileWindow
{
    /// <summary>Tiles that are drawn where that reaches from a row above the screen to one below it; else as many as that takes.</summary>
    public const int Usual = 40;

    private const int MostColumns = 50, MostRows = 100;
    private const double MostPitch = 5000;

    /// <summary>Nothing is known of the browser's screen.</summary>
    public static TileWindow Unmeasured { get; } = new();

    /// <summary>In a row.</summary>
    public int Columns { get; private init; } = 1;

    /// <summary>px from a row's top to the next one's; 0 while unknown.</summary>
    public double Pitch { get; private init; }

    /// <summary>The first row on the screen, from 0.</summary>
    public int FirstRow { get; private init; }

    /// <summary>On the screen, also in part.</summary>
    public int Rows { get; private init; } = 1;

    /// <summary>As a browser measured it; what cannot be is brought to the nearest that can.</summary>
    public static TileWindow Measured(int columns, double pitch, int firstRow, int rows) => new()
    {
        Columns = Math.Clamp(columns, 1, MostColumns), Pitch = double.IsFinite(pitch) ? Math.Clamp(pitch, 0, MostPitch) : 0,
        FirstRow = Math.Max(firstRow, 0), Rows = Math.Clamp(rows, 1, MostRows),
    };

    /// <summary>What is drawn of so many tiles.</summary>
    public TileStretch Of(int tiles)
    {
        if (Pitch <= 0)
            return new TileStretch(0, Math.Min(tiles, Usual), 0, 0);
        var all = (tiles + Columns - 1) / Columns;
        var first = Math.Clamp(FirstRow, 0, Math.Max(0, all - Rows));
        var beside = Math.Max(1, ((Usual / Columns) - Rows) / 2);
        var (from, to) = (Math.Max(0, first - beside), Math.Min(all, first + Rows + beside));
        return new TileStretch(from * Columns, Math.Min(tiles, to * Columns) - (from * Columns), from * Pitch, (all - to) * Pitch);
    }

    /// <summary>Tiles that should be there before they are looked at: three screens ahead.</summary>
    public (int First, int Count) Ahead(int tiles)
    {
        var drawn = Of(tiles);
        return (drawn.First, (Pitch > 0 ? drawn.Count : 0) + (3 * Rows * Columns));
    }
}

/// <summary>Tiles that are drawn.</summary>
/// <param name="First">Index of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="Above">px of room in place of those before.</param>
/// <param name="Below">px of room in place of those after.</param>
public sealed record TileStretch(int First, int Count, double Above, double Below);
