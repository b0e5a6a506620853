using BenchmarkDotNet.Attributes;
using ImageService.Core.Errors;
using ImageService.Core.Operations;

namespace ImageService.Benchmarks.Operations;

/// <summary>What every image request does before it knows which image it wants.</summary>
[MemoryDiagnoser]
public class OperationsBenchmarks
{
    private const string Short = "w_800-f_auto-q_auto";
    private const string Long = "w_800-h_600-f_pad-g_northeast-b_336699cc-q_70-r_90-sharpen_2.5-blur_0.3-bw-flip-flop";
    private const string Wrong = "w_800-h_600-f_stretch";
    private const string Chrome = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";

    private static readonly SourceFacts Source = new()
    {
        Width = 4000,
        Height = 3000,
        HasAlpha = false,
        Frames = 1,
        ContentHash = new string('a', 64),
        FocalX = 0.3,
        FocalY = 0.7,
        Format = ImageFormat.Jpg,
    };
    private static readonly HashSet<ImageFormat> Allowed = [.. Enum.GetValues<ImageFormat>()];

    private readonly ImageOperations _short = OperationsParser.Parse(Short).Value;
    private readonly ImageOperations _long = OperationsParser.Parse(Long).Value;
    private readonly string _canonical = CanonicalOperations.Resolve(OperationsParser.Parse(Long).Value, ImageFormat.Webp, Source, 85).Value.Text;

    [Benchmark]
    public Result<ImageOperations> ParseShort() => OperationsParser.Parse(Short);

    [Benchmark]
    public Result<ImageOperations> ParseLong() => OperationsParser.Parse(Long);

    [Benchmark]
    public Result<ImageOperations> ParseWrong() => OperationsParser.Parse(Wrong);

    [Benchmark]
    public Result<CanonicalOperations> ResolveShort() => CanonicalOperations.Resolve(_short, ImageFormat.Webp, Source, 85);

    [Benchmark]
    public Result<CanonicalOperations> ResolveLong() => CanonicalOperations.Resolve(_long, ImageFormat.Webp, Source, 85);

    [Benchmark]
    public string Hash() => OperationsHash.Compute(_canonical, Source.ContentHash, ImageFormat.Webp, "rev-1-8.18.7");

    [Benchmark]
    public ImageFormat Negotiate() => FormatNegotiation.Choose(Chrome, ImageFormat.Jpg, Allowed, animated: false);

    [Benchmark]
    public string ParseResolveHash() =>
        OperationsHash.Compute(CanonicalOperations.Resolve(OperationsParser.Parse(Short).Value, ImageFormat.Webp, Source, 85).Value.Text, Source.ContentHash,
            ImageFormat.Webp, "rev-1-8.18.7");
}
