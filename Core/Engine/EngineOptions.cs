using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Engine;

/// <summary>How the machine spends itself on pixels. What an image may be is a policy, not an option.</summary>
public sealed class EngineOptions
{
    public const string Section = "Engine";

    internal const long DefaultMemoryBudgetBytes = 384L << 20;

    /// <summary>Transforms running at once. 0 (default): as many as cores.</summary>
    [Range(0, 1024, ErrorMessage = "Engine:MaxRunning must be 0 (as many as cores) to 1024.")]
    public int MaxRunning { get; set; }

    /// <summary>Transforms waiting, all organizations together; one more is answered 503. Default 256.</summary>
    [Range(1, 100_000, ErrorMessage = "Engine:MaxWaiting must be 1 to 100000.")]
    public int MaxWaiting { get; set; } = 256;

    /// <summary>
    /// Longest wait that a newcomer may have to expect, judged by what transforms cost lately; where it would be longer, the answer is 503 at once.
    /// Background work
    /// is not judged by it. Default 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:05:00", ErrorMessage = "Engine:MaxExpectedWait must be 50 ms to 5 minutes.")]
    public TimeSpan MaxExpectedWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait of a transform for its turn, whatever was expected; then 503. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00", ErrorMessage = "Engine:MaxWait must be 100 ms to 10 minutes.")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Estimated bytes of pixels that running transforms may hold together. What comes out is shrunk to what it can hold. Default 384 MiB.</summary>
    [Range(16L << 20, 1L << 42, ErrorMessage = "Engine:MemoryBudgetBytes must be at least 16777216 (16 MiB).")]
    public long MemoryBudgetBytes { get; set; } = DefaultMemoryBudgetBytes;

    /// <summary>Wall time of one transform, after its wait. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00", ErrorMessage = "Engine:TransformTimeout must be 100 ms to 10 minutes.")]
    public TimeSpan TransformTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Isolated decoders running at once. 0 (default): as many as cores.</summary>
    [Range(0, 256, ErrorMessage = "Engine:MaxDecoders must be 0 (as many as cores) to 256.")]
    public int MaxDecoders { get; set; }

    /// <summary>CPU time of one isolated decode; an original that takes more is `ImageLimitExceeded`. Default 9 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:05:00", ErrorMessage = "Engine:DecoderTimeout must be 500 ms to 5 minutes.")]
    public TimeSpan DecoderTimeout { get; set; } = TimeSpan.FromSeconds(9);

    /// <summary>
    /// Longest wait for a decoder's place, and wall time of one isolated decode: where it passes before the CPU time does, the machine was too busy, and
    /// the answer is 503. Default 45 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Engine:DecoderPatience must be 1 second to 10 minutes.")]
    public TimeSpan DecoderPatience { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>
    /// Memory of one isolated decoder, and of all together per four of them, bytes. Default 1344 MiB, with which 50 megapixels of every format and depth
    /// decode. An
    /// original that needs more is <c>ImageLimitExceeded</c>.
    /// </summary>
    [Range(128L << 20, 1L << 40, ErrorMessage = "Engine:DecoderMemoryBytes must be at least 134217728 (128 MiB).")]
    public long DecoderMemoryBytes { get; set; } = 1344L << 20;

    /// <summary>The program started with the argument <c>decode-original</c>: an executable or a .dll. Null (default): this program itself.</summary>
    public string? DecoderPath { get; set; }

    /// <summary>
    /// How much the threads and processes that work on pixels give way to those that answer requests (nice, on Linux). 0 (not at all) to 19. Default 5; the
    /// worker's 10.
    /// </summary>
    [Range(0, 19, ErrorMessage = "Engine:Niceness must be 0 to 19.")]
    public int Niceness { get; set; } = 5;
}

[OptionsValidator]
internal sealed partial class EngineOptionsValidator : IValidateOptions<EngineOptions>;
