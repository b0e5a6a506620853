using System.Text.RegularExpressions;
using ImageService.Tests.Architecture;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Documents;

/// <summary>docs/ARCHITECTURE.md shows the tree as it is: its rooms, its arrows, its paths, and the road of an image request.</summary>
[Trait("Level", "Unit")]
public sealed partial class MapTests
{
    private static readonly string Map = File.ReadAllText(Repository.PathOf("docs", "ARCHITECTURE.md"));

    [Theory]
    [InlineData("docs/ARCHITECTURE.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("README.md")]
    [InlineData("docs/worker.md")]
    public void Every_path_of_the_page_exists(string page)
    {
        var text = File.ReadAllText(Repository.PathOf(page));
        Paths().Matches(text).Select(match => match.Groups["path"].Value).Distinct(StringComparer.Ordinal).Where(path => !Exists(path)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_room_of_the_core_stands_in_the_table_and_in_the_picture()
    {
        var rooms = Directory.GetDirectories(Repository.PathOf("Core")).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj")).ToList();
        var table = TableUnder("## Rooms of Core").SelectMany(cells => Names().Matches(cells[0]).Select(match => match.Groups["name"].Value)).ToList();
        rooms.Except(table).ShouldBeEmpty("rooms that have no row in the table");
        table.Except(rooms).ShouldBeEmpty("rows of rooms that are not there");

        foreach (var level in ArrowsTests.Levels)
            Map.ShouldContain(string.Join(", ", level), Case.Sensitive, "the picture's line for a level of ArrowsTests");
        rooms.Except(ArrowsTests.Levels.SelectMany(level => level)).ShouldBeEmpty("rooms without a level in ArrowsTests");
    }

    [Fact]
    public void Every_room_of_a_host_stands_in_its_line_of_the_picture()
    {
        foreach (var (host, levels) in ArrowsTests.Hosts)
        {
            Map.ShouldContain($"`{host}`: {string.Join(" → ", levels.Select(level => string.Join(", ", level)))}", Case.Sensitive);
            var rooms = Directory.GetDirectories(Repository.PathOf(host)).Where(room => Directory.EnumerateFiles(room, "*.cs").Any()).Select(Path.GetFileName)
                .Where(name => name is not ("bin" or "obj" or "Properties"));
            rooms.Where(room => !levels.Any(level => level.Contains(room!))).ShouldBeEmpty();
        }
    }

    [Fact]
    public void The_stops_of_an_image_request_lie_on_one_road()
    {
        var uses = new[] { typeof(ImageService.Core.Errors.Error).Assembly, typeof(ImageService.Api.AssemblyMarker).Assembly }
            .SelectMany(TypeReferences.Of).ToLookup(use => use.From, use => use.To, StringComparer.Ordinal);
        var stops = TableUnder("## One image GET")
            .SelectMany(cells => Paths().Matches(cells[1]).Select(match => match.Groups["path"].Value)).Select(TypeOf).OfType<string>().ToList();
        stops.Count.ShouldBeGreaterThan(8);
        HashSet<string> reached = [stops[0]];
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out var type))
        {
            foreach (var next in uses[type].Where(next => next.StartsWith("ImageService.", StringComparison.Ordinal) && reached.Add(next)))
                open.Enqueue(next);
        }

        stops.Where(stop => !reached.Contains(stop)).ShouldBeEmpty($"not reached from {stops[0]}");
    }

    /// <summary>Cells of the rows below a heading, without the table's head.</summary>
    private static IEnumerable<string[]> TableUnder(string heading) =>
        Map[Map.IndexOf(heading, StringComparison.Ordinal)..]
            .Split('\n').SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|')).Skip(2)
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray());

    /// <summary><c>Core/X/Y.cs</c> and <c>Core/X/Y.MemberAsync</c> name a type; a folder does not.</summary>
    private static string? TypeOf(string path)
    {
        var parts = path.TrimEnd('/').Split('/');
        return path.EndsWith('/') ? null : $"ImageService.{string.Join('.', parts[..^1])}.{parts[^1].Split('.')[0]}";
    }

    private static bool Exists(string path)
    {
        // A name in braces stands for any; a part after a file's name that is no extension is a member of its type.
        if (path.Contains('{', StringComparison.Ordinal))
            return Directory.Exists(Repository.PathOf(path[..path[..path.IndexOf('{', StringComparison.Ordinal)].LastIndexOf('/')].Split('/')));
        var full = Repository.PathOf(path.TrimEnd('/').Split('/'));
        if (File.Exists(full) || Directory.Exists(full))
            return true;
        var dot = full.LastIndexOf('.');
        return dot > full.LastIndexOf('/') && File.Exists(full[..dot] + ".cs")
            && File.ReadAllText(full[..dot] + ".cs").Contains(full[(dot + 1)..], StringComparison.Ordinal);
    }

    [GeneratedRegex("`(?<path>(?:Core|Api|Worker|Portal|AppHost|ServiceDefaults|Tests|Benchmarks|Clients|deploy|docs)/[A-Za-z0-9_./{}-]*)`",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Paths();

    [GeneratedRegex("`(?<name>[A-Za-z]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Names();
}
