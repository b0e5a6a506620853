using ImageService.Core.Engine;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>What holds for every transform: formats, sizes, limits, time, errors.</summary>
[Trait("Level", "Integration")]
public sealed class TransformEngineTests
{
    public static TheoryData<ImageFormat, string> FormatsAndSizes()
    {
        var data = new TheoryData<ImageFormat, string>();
        foreach (var format in Enum.GetValues<ImageFormat>())
        {
            foreach (var operations in (string[])["w_320", "w_200-h_200", "w_200-h_200-f_pad-b_336699", "w_200-h_100-f_fill", "r_90-w_100"])
                data.Add(format, operations);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(FormatsAndSizes))]
    public async Task Every_format_comes_in_the_size_asked_without_metadata_in_srgb(ImageFormat format, string operations)
    {
        var made = await Workbench.MakeAsync(Drawings.JpegWithMetadata(), operations, format);

        using var image = Workbench.Open(made);
        (image.Width, image.Height).ShouldBe((made.Width, made.Height));
        ImageSniffer.Sniff(made.Bytes.Span)!.Value.Name().ShouldBe(format.Name());
        image.Interpretation.ShouldBe(Enums.Interpretation.Srgb);
        image.GetFields().Where(field => field.StartsWith("exif", StringComparison.Ordinal) || field is "xmp-data" or "iptc-data" or "icc-profile-data")
            .ShouldBeEmpty();
        made.Bytes.Span.IndexOf("secret-xmp"u8).ShouldBe(-1);
    }

    [Fact]
    public async Task A_truncated_original_is_an_error_and_never_a_grey_picture()
    {
        var whole = Drawings.Jpeg();

        var result = await Workbench.TryAsync(whole[..(whole.Length / 2)], "w_100", ImageFormat.Webp);

        result.Error!.Code.ShouldBe(ErrorCode.UndecodableImage);
    }

    [Fact]
    public async Task Limits_are_judged_from_the_header()
    {
        var facts = new SourceFacts
        {
            Width = 640,
            Height = 480,
            HasAlpha = false,
            Frames = 1,
            ContentHash = "",
            FocalX = null,
            FocalY = null,
            Format = null,
        };
        var operations = CanonicalOperations.Resolve(OperationsParser.Parse("w_100").Value, ImageFormat.Jpg, facts, 85).Value;

        var result = await Workbench.Engine.TransformAsync(
            Workbench.Source(Drawings.Jpeg()), operations, new TransformLimits(1000, 1, null), TestContext.Current.CancellationToken);

        result.Error!.Code.ShouldBe(ErrorCode.ImageLimitExceeded);
    }

    [Fact]
    public async Task A_transform_over_its_time_is_stopped_and_one_that_nobody_wants_too()
    {
        var original = Drawings.Jpeg(4000, 3000);
        var facts = Workbench.FactsOf(original);
        var operations = CanonicalOperations.Resolve(OperationsParser.Parse("q_90").Value, ImageFormat.Png, facts, 85).Value;

        var late = await Workbench.Engine.TransformAsync(
            Workbench.Source(original), operations, TransformLimits.Default with { Timeout = TimeSpan.FromMilliseconds(30) },
            TestContext.Current.CancellationToken);
        late.Error!.Code.ShouldBe(ErrorCode.TransformTimedOut);

        using var caller = new CancellationTokenSource();
        var running = Workbench.Engine.TransformAsync(Workbench.Source(original), operations, TransformLimits.Default, caller.Token);
        await caller.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
    }

    [Fact]
    public async Task The_same_source_and_operations_make_the_same_bytes()
    {
        var original = Drawings.Jpeg();

        var first = await Workbench.MakeAsync(original, "w_200-h_100-g_smart", ImageFormat.Webp);
        var second = await Workbench.MakeAsync(original, "w_200-h_100-g_smart", ImageFormat.Webp);

        second.Bytes.Span.SequenceEqual(first.Bytes.Span).ShouldBeTrue();
    }
}
