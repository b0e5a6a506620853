using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Architecture;

[Trait("Level", "Unit")]
public sealed class FileLengthTests
{
    private const int MaxLines = 300;
    private static readonly string[] Kinds = [".cs", ".razor", ".js", ".mjs", ".css"];
    private static readonly string[] Exempt = ["bin", "obj", "Migrations", "node_modules", ".git", "artifacts", "lib"];

    [Fact]
    public void No_file_is_longer_than_a_reader_can_keep_in_mind()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));
        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(file => Kinds.Contains(Path.GetExtension(file), StringComparer.Ordinal)
                && !Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).Any(folder => Exempt.Contains(folder, StringComparer.Ordinal)))
            .ToList();
        files.Count.ShouldBeGreaterThan(50);
        files.Select(file => (File: Path.GetRelativePath(root, file), Lines: File.ReadLines(file).Count()))
            .Where(file => file.Lines > MaxLines)
            .Select(file => $"{file.File}: {file.Lines} lines")
            .ShouldBeEmpty();
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
