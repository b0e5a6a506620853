using NetVips;
using Shouldly;

namespace ImageService.Tests.Core.Engine;

/// <summary>What a picture looks like, near enough for lossy formats.</summary>
internal static class Looks
{
    /// <summary>The colours of the four quarters of <see cref="Drawings.Quarters"/>.</summary>
    public static void ShouldShow(Image image, double[] topLeft, double[] topRight, double[] bottomLeft, double[] bottomRight)
    {
        ShouldBeNear(Workbench.Colour(image, 0.1, 0.1)[..3], topLeft);
        ShouldBeNear(Workbench.Colour(image, 0.8, 0.1)[..3], topRight);
        ShouldBeNear(Workbench.Colour(image, 0.1, 0.8)[..3], bottomLeft);
        ShouldBeNear(Workbench.Colour(image, 0.8, 0.8)[..3], bottomRight);
    }

    public static void ShouldBeNear(double[] actual, double[] expected, double tolerance = 12)
    {
        actual.Length.ShouldBe(expected.Length);
        for (var i = 0; i < expected.Length; i++)
            actual[i].ShouldBe(expected[i], tolerance,
                $"[{string.Join(", ", actual.Select(value => value.ToString("0")))}] is not near [{string.Join(", ", expected)}]");
    }
}
