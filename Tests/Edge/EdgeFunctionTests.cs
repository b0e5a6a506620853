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
            (vector.Valid ? statuses[vector.Name] == 200 : statuses[vector.Name] is 400 or 401).ShouldBeTrue($"{kind}: {vector.Name} got {statuses[vector.Name]}");
    }
}
