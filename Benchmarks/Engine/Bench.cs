using System.Security.Cryptography;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Operations;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageService.Benchmarks.Engine;

/// <summary>An engine, a gate and an isolated decoder (this very program) as the services run them.</summary>
internal sealed class Bench : IDisposable
{
    public static readonly ProbeLimits Anything = new(100_000_000, 1000, Enum.GetValues<OriginalFormat>().ToHashSet());

    public Bench()
    {
        Options = new EngineOptions { DecoderPath = typeof(Bench).Assembly.Location };
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        Engine = new TransformEngine(options, TimeProvider.System, NullLogger<TransformEngine>.Instance);
        Gate = new TransformGate(options, TimeProvider.System);
        Decoder = new IsolatedDecoder(options, TimeProvider.System, NullLogger<IsolatedDecoder>.Instance);
    }

    public EngineOptions Options { get; }

    public TransformEngine Engine { get; }

    public TransformGate Gate { get; }

    public IsolatedDecoder Decoder { get; }

    /// <summary>Decodes an original and reads the bytes that transforms of it read (a working copy where there is one).</summary>
    public async Task<(SourceFacts Facts, TransformSource Source)?> LoadAsync(string path)
    {
        var folder = Directory.CreateTempSubdirectory("bench-");
        try
        {
            var copy = Path.Combine(folder.FullName, "original");
            File.Copy(path, copy);
            if (!(await Decoder.DecodeAsync(copy, Anything, CancellationToken.None)).TryGet(out var decoded, out var error))
            {
                Console.WriteLine($"{Path.GetFileName(path),-28} refused: {error.Code}");
                return null;
            }

            var bytes = await File.ReadAllBytesAsync(decoded.NormalisedPath ?? copy);
            var facts = decoded.Facts;
            return (
                new SourceFacts
                {
                    Width = facts.Width,
                    Height = facts.Height,
                    HasAlpha = facts.HasAlpha,
                    Frames = facts.Frames,
                    ContentHash = Convert.ToHexStringLower(SHA256.HashData(bytes)),
                    FocalX = null,
                    FocalY = null,
                    Format = Deliverable(facts.Format),
                },
                new TransformSource(bytes, facts.Format, IsIntermediate: false, KeepCopyright: false));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static CanonicalOperations Resolve(string operations, ImageFormat format, SourceFacts facts)
    {
        var parsed = OperationsParser.Parse(operations);
        return CanonicalOperations.Resolve(parsed.Value, format, facts, qualityDefault: 85).Value;
    }

    public void Dispose()
    {
        Engine.Dispose();
        Decoder.Dispose();
    }

    private static ImageFormat? Deliverable(OriginalFormat format) => ImageFormats.TryParse(format.Name(), out var same) ? same : null;
}
