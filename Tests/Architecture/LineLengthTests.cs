using System.Globalization;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Architecture;

/// <summary>Lines end within 160 columns. Those that are longer are being broken, and none may come to them.</summary>
[Trait("Level", "Unit")]
public sealed class LineLengthTests
{
    private const int Columns = 160;

    /// <summary>Longer lines that there still are. Lower a number whenever it is lower in the tree; never raise one.</summary>
    private static readonly Dictionary<string, int> Left = new(StringComparer.Ordinal)
    {
        ["AppHost"] = 27,
        ["Api"] = 30,
        ["Benchmarks"] = 11,
        ["Core"] = 54,
        ["Portal"] = 81,
        ["ServiceDefaults"] = 2,
        ["Tests"] = 39,
        ["Worker"] = 3,
    };

    [Fact]
    public void No_line_beyond_160_columns_is_added()
    {
        var counted = Left.Keys.ToDictionary(part => part, part => SourceFiles(part).Sum(file => File.ReadLines(file).Count(IsLong)), StringComparer.Ordinal);
        counted.Where(part => part.Value > Left[part.Key])
            .Select(part =>
                string.Create(CultureInfo.InvariantCulture,
                    $"{part.Key}: {part.Value} lines of more than {Columns} columns, {Left[part.Key]} allowed; break the new ones"))
            .ShouldBeEmpty();
    }

    /// <summary>Raw strings (SQL, JSON) count too: they can be broken as well.</summary>
    private static bool IsLong(string line) => line.Length > Columns;

    private static IEnumerable<string> SourceFiles(string part) =>
        new[] { "*.cs", "*.razor" }.SelectMany(pattern => Directory.EnumerateFiles(Repository.PathOf(part), pattern, SearchOption.AllDirectories))
            .Where(file =>
                !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)
                    && !file.Contains("/Migrations/", StringComparison.Ordinal));
}
