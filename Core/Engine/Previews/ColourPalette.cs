namespace ImageService.Core.Engine.Previews;

/// <summary>The colours that make up a picture: pixels counted in coarse cells, near cells joined, most frequent first.</summary>
internal static class ColourPalette
{
    private const int MostColours = 6;

    // Squared distance of RGB below which two colours count as one.
    private const double Near = 48 * 48;

    /// <summary>One to six colours as <c>#rrggbb</c>; a wholly transparent picture has <c>#ffffff</c>.</summary>
    /// <param name="rgba">Four bytes a pixel.</param>
    public static IReadOnlyList<string> Find(ReadOnlySpan<byte> rgba)
    {
        // Five bits a channel would tell noise apart, three would join what the eye tells apart.
        var cells = new Cell[1 << 12];
        for (var i = 0; i + 4 <= rgba.Length; i += 4)
        {
            var weight = rgba[i + 3] / 255.0;
            ref var cell = ref cells[((rgba[i] >> 4) << 8) | ((rgba[i + 1] >> 4) << 4) | (rgba[i + 2] >> 4)];
            cell = cell.Join(new Cell(weight, weight * rgba[i], weight * rgba[i + 1], weight * rgba[i + 2]));
        }

        var colours = new List<Cell>();
        foreach (var cell in cells.Where(cell => cell.Weight > 0).OrderByDescending(cell => cell.Weight))
        {
            var nearest = colours.FindIndex(colour => colour.Distance(cell) < Near);
            if (nearest >= 0)
                colours[nearest] = colours[nearest].Join(cell);
            else
                colours.Add(cell);
        }

        var total = colours.Sum(colour => colour.Weight);
        var found = colours.OrderByDescending(colour => colour.Weight)
            .Where((colour, i) => i == 0 || colour.Weight > total / 200).Take(MostColours).Select(colour => colour.Text).ToList();
        return found.Count > 0 ? found : ["#ffffff"];
    }

    private readonly record struct Cell(double Weight, double Red, double Green, double Blue)
    {
        public string Text => $"#{(int)Math.Round(Red / Weight):x2}{(int)Math.Round(Green / Weight):x2}{(int)Math.Round(Blue / Weight):x2}";

        public Cell Join(Cell other) => new(Weight + other.Weight, Red + other.Red, Green + other.Green, Blue + other.Blue);

        public double Distance(Cell other)
        {
            var (r, g, b) =
                ((Red / Weight) - (other.Red / other.Weight), (Green / Weight) - (other.Green / other.Weight), (Blue / Weight) - (other.Blue / other.Weight));
            return (r * r) + (g * g) + (b * b);
        }
    }
}
