using System.Reflection;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Documents;

/// <summary>docs/configuration.md names every key of every options class.</summary>
[Trait("Level", "Unit")]
public sealed class ConfigurationPageTests
{
    private static readonly Assembly[] Services =
    [
        typeof(ImageService.Core.Errors.Error).Assembly, typeof(ImageService.Api.AssemblyMarker).Assembly, typeof(ImageService.Worker.AssemblyMarker).Assembly,
        typeof(ImageService.Portal.AssemblyMarker).Assembly,
    ];

    [Fact]
    public void Every_key_stands_on_the_page()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "configuration.md"));
        var keys = Services.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal)).SelectMany(Keys).ToList();
        keys.Count.ShouldBeGreaterThan(80);
        keys.Where(key => !page.Contains($"`{key}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static IEnumerable<string> Keys(Type options) =>
        options.GetField("Section", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)?.GetRawConstantValue() is string section
            ? options.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(property => property.SetMethod is not null).Select(property => $"{section}:{property.Name}")
            : [];
}
