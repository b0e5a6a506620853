using System.Text.RegularExpressions;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Architecture;

/// <summary>One shape for one thing: what follows a condition stands on a line of its own, where a debugger can stop and a diff shows it alone.</summary>
[Trait("Level", "Unit")]
public sealed partial class ShapeTests
{
    private static readonly string[] Parts = ["AppHost", "Api", "Clients", "Core", "Portal", "ServiceDefaults", "Worker"];

    [Fact]
    public void What_follows_a_condition_stands_on_its_own_line() =>
        Parts.SelectMany(part => Directory.EnumerateFiles(Repository.PathOf(part), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(file => File.ReadLines(file).Select((line, index) => (file, number: index + 1, line)))
            .Where(place => OnOneLine().IsMatch(place.line))
            .Select(place => $"{Path.GetRelativePath(Repository.Root, place.file)}:{place.number}")
            .ShouldBeEmpty();

    [GeneratedRegex(@"^\s*(?:else )?if \(.*;$|^\s+(?:&&|\|\|) .*\) (?:return|throw|break|continue)\b.*;$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OnOneLine();
}
