using System.Text.Json;
using ImageService.Core.Operations;
using ImageService.Core.Policies;
using ImageService.Core.Variants;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Edge;

/// <summary>The edge functions on the shared vectors.</summary>
[Trait("Level", "Integration")]
public sealed class EdgeFunctionTests
{
    [Theory]
    [InlineData("cloudfront")]
    [InlineData("cloudflare")]
    public async Task Every_vector_is_judged_as_the_origin_judges_it(string kind)
    {
        var statuses = await EdgeFunctions.RunAsync(kind, SignatureVectors.Folder, TestContext.Current.CancellationToken);
        var vectors = SignatureVectors.Read().Vectors;
        statuses.Count.ShouldBe(vectors.Length);
        foreach (var vector in vectors)
            (vector.Valid ? statuses[vector.Name] == 200
                : statuses[vector.Name] is 400 or 401).ShouldBeTrue($"{kind}: {vector.Name} got {statuses[vector.Name]}");
    }

    [Theory]
    [InlineData("cloudfront")]
    [InlineData("cloudflare")]
    public async Task Client_hints_become_one_of_few_values_and_those_that_decide_nothing_go(string kind)
    {
        var seen = await EdgeFunctions.RunAsync<Hints>(kind, SignatureVectors.Folder, TestContext.Current.CancellationToken, "hints");
        var vectors = HintVectors();
        seen.Count.ShouldBe(vectors.Length);
        foreach (var vector in vectors)
            seen[vector.Name].ShouldBe(new Hints(vector.Width, vector.SaveData), $"{kind}: {vector.Name}");
    }

    [Theory]
    [InlineData("cloudfront")]
    [InlineData("cloudflare")]
    public async Task Accept_is_sent_as_one_of_four_classes(string kind)
    {
        var sent = await EdgeFunctions.RunAsync<string>(kind, SignatureVectors.Folder, TestContext.Current.CancellationToken, "accept");
        var vectors = AcceptVectors.Read();
        sent.Count.ShouldBe(vectors.Length);
        foreach (var vector in vectors)
            sent[vector.Name].ShouldBe(vector.Sent, $"{kind}: {vector.Name}");
    }

    [Fact]
    public void The_origin_chooses_from_a_class_nothing_that_the_client_did_not_name()
    {
        var all = Enum.GetValues<ImageFormat>().ToHashSet();
        foreach (var vector in AcceptVectors.Read())
        {
            var chosen = FormatNegotiation.Choose(vector.Sent, ImageFormat.Jpg, all, animated: false);
            var isNamed = vector.Accept.Contains(chosen.MediaType(), StringComparison.OrdinalIgnoreCase);
            (chosen == ImageFormat.Jpg || isNamed).ShouldBeTrue($"{vector.Name}: {chosen}");
        }
    }

    [Fact]
    public void The_origin_reads_the_same_widths_from_the_same_hints()
    {
        foreach (var vector in HintVectors().Where(vector => !vector.Path.EndsWith("/w_640.jpg", StringComparison.Ordinal)))
        {
            string? Of(string name) => vector.Headers.GetValueOrDefault(name);
            var hints =
                ClientHints.Read(Of("sec-ch-width") ?? Of("width"), Of("sec-ch-viewport-width") ?? Of("viewport-width"), Of("sec-ch-dpr") ?? Of("dpr"),
                    Of("save-data"));
            int? step = hints.Width is { } width ? PublicLadder.Widths.FirstOrDefault(one => one >= width, PublicLadder.Widths[^1]) : null;
            (step, hints.SavesData).ShouldBe((vector.Width, vector.SaveData), vector.Name);
        }
    }

    private static HintVector[] HintVectors() =>
        JsonSerializer.Deserialize<HintFile>(File.ReadAllText(Path.Combine(SignatureVectors.Folder, "hint-vectors.json")), JsonSerializerOptions.Web)!.Vectors;

    private sealed record Hints(int? Width, bool SaveData);

    private sealed record HintVector
    {
        public required string Name { get; init; }

        public required string Path { get; init; }

        public required Dictionary<string, string> Headers { get; init; }

        public required int? Width { get; init; }

        public required bool SaveData { get; init; }
    }

    private sealed record HintFile(HintVector[] Vectors);
}
