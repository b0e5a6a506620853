using CsCheck;
using ImageService.Core.Engine;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Unit")]
public sealed class TransformPlanTests
{
    private static readonly PixelSize Landscape = new(4000, 3000);

    [Theory]
    [InlineData(800, 600, Fit.Cover, 800, 600, 800, 600)]
    [InlineData(600, 600, Fit.Cover, 800, 600, 600, 600)]
    [InlineData(800, 200, Fit.Cover, 800, 600, 800, 200)]
    [InlineData(5000, 5000, Fit.Cover, 4000, 3000, 3000, 3000)]
    [InlineData(800, 600, Fit.Fill, 800, 600, 800, 600)]
    [InlineData(500, 100, Fit.Fill, 500, 100, 500, 100)]
    [InlineData(8000, 1000, Fit.Fill, 4000, 500, 4000, 500)]
    [InlineData(800, 800, Fit.Inside, 800, 600, 800, 600)]
    [InlineData(8000, 8000, Fit.Inside, 4000, 3000, 4000, 3000)]
    [InlineData(600, 600, Fit.Outside, 800, 600, 800, 600)]
    [InlineData(6000, 600, Fit.Outside, 4000, 3000, 4000, 3000)]
    [InlineData(600, 600, Fit.Pad, 600, 450, 600, 600)]
    [InlineData(600, 600, Fit.Contain, 600, 450, 600, 600)]
    [InlineData(8000, 8000, Fit.Pad, 4000, 3000, 8000, 8000)]
    public void Both_sides_give_a_resized_picture_and_an_output(int w, int h, Fit fit, int resizedWidth, int resizedHeight, int outputWidth, int outputHeight)
    {
        var plan = Plan(new ImageOperations { Width = w, Height = h, Fit = fit }, Landscape);

        plan.Resized.ShouldBe(new PixelSize(resizedWidth, resizedHeight));
        plan.Canvas.ShouldBe(new PixelSize(outputWidth, outputHeight));
    }

    [Fact]
    public void The_contracts_own_example_shrinks_the_box_in_its_proportions() =>
        Plan(new ImageOperations { Width = 2000, Height = 1000 }, new PixelSize(800, 800)).Canvas.ShouldBe(new PixelSize(800, 400));

    [Theory]
    [InlineData(1000, null, 1000, 750)]
    [InlineData(null, 1000, 1333, 1000)]
    [InlineData(9000, null, 4000, 3000)]
    [InlineData(null, 9000, 4000, 3000)]
    [InlineData(null, null, 4000, 3000)]
    [InlineData(1, null, 1, 1)]
    public void One_side_alone_keeps_proportions_and_never_enlarges(int? w, int? h, int width, int height) =>
        Plan(new ImageOperations { Width = w, Height = h, Fit = Fit.Pad }, Landscape).Canvas.ShouldBe(new PixelSize(width, height));

    [Theory]
    [InlineData(Gravity.Center, 100, 0)]
    [InlineData(Gravity.West, 0, 0)]
    [InlineData(Gravity.East, 200, 0)]
    [InlineData(Gravity.North, 100, 0)]
    [InlineData(Gravity.Southeast, 200, 0)]
    public void Cover_crops_towards_its_gravity(Gravity gravity, int x, int y)
    {
        var plan = Plan(new ImageOperations { Width = 600, Height = 600, Gravity = gravity }, Landscape);

        plan.Crop.ShouldBe(new PixelBox(x, y, 600, 600));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.4, 20)]
    [InlineData(1, 200)]
    public void A_focal_point_comes_as_near_to_the_middle_as_the_edge_allows(double focal, int x) =>
        TransformPlan.Make(new ImageOperations { Width = 600, Height = 600, Gravity = Gravity.Focal }, Landscape,
            new FocalPoint(focal, 0.5)).Crop.X.ShouldBe(x);

    [Theory]
    [InlineData(Gravity.Northwest, 0, 0)]
    [InlineData(Gravity.Center, 0, 75)]
    [InlineData(Gravity.South, 0, 150)]
    public void Pad_places_the_picture_by_its_gravity(Gravity gravity, int x, int y) =>
        Plan(new ImageOperations { Width = 600, Height = 600, Fit = Fit.Pad, Gravity = gravity }, Landscape).Offset.ShouldBe(new PixelPoint(x, y));

    [Theory]
    [InlineData(90)]
    [InlineData(270)]
    public void Quarter_turns_exchange_the_sides_before_sizes_apply(int degrees)
    {
        var plan = Plan(new ImageOperations { Width = 300, Rotation = degrees }, Landscape);

        plan.Source.ShouldBe(new PixelSize(3000, 4000));
        plan.Canvas.ShouldBe(new PixelSize(300, 400));
    }

    [Fact]
    public void Smart_crops_only_where_there_is_something_to_choose()
    {
        Plan(new ImageOperations { Width = 600, Height = 600, Gravity = Gravity.Smart }, Landscape).SmartCrop.ShouldBeTrue();
        Plan(new ImageOperations { Width = 400, Height = 300, Gravity = Gravity.Smart }, Landscape).SmartCrop.ShouldBeFalse();
    }

    [Fact]
    public void No_plan_enlarges_leaves_its_picture_or_its_canvas()
    {
        var side = Gen.Int[1, 9000];
        var operations = Gen.Select(Gen.Int[0, 8192], Gen.Int[0, 8192], Gen.Enum<Fit>(), Gen.Enum<Gravity>(), Gen.Int[0, 3])
            .Select((w, h, fit, gravity, rotation) => new ImageOperations
            {
                Width = w == 0 ? null : w,
                Height = h == 0 ? null : h,
                Fit = fit,
                Gravity = gravity,
                Rotation = rotation == 0 ? null : rotation * 90,
            });
        Gen.Select(operations, Gen.Select(side, side), Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1])).Sample((asked, source, focal) =>
        {
            var plan = TransformPlan.Make(asked, new PixelSize(source.Item1, source.Item2), new FocalPoint(focal.Item1, focal.Item2));
            return plan.Resized.Width <= plan.Source.Width && plan.Resized.Height <= plan.Source.Height
                && plan.Crop.X >= 0 && plan.Crop.Y >= 0 && plan.Crop.Width >= 1 && plan.Crop.Height >= 1
                && plan.Crop.X + plan.Crop.Width <= plan.Resized.Width && plan.Crop.Y + plan.Crop.Height <= plan.Resized.Height
                && plan.Offset.X >= 0 && plan.Offset.Y >= 0
                && plan.Offset.X + plan.Crop.Width <= plan.Canvas.Width && plan.Offset.Y + plan.Crop.Height <= plan.Canvas.Height;
        });
    }

    private static TransformPlan Plan(ImageOperations operations, PixelSize source) => TransformPlan.Make(operations, source, FocalPoint.Centre);
}
