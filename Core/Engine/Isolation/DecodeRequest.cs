using System.Text.Json;
using System.Text.Json.Serialization;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Engine.Provenance;
using ImageService.Core.Errors;
using ImageService.Core.Operations;

namespace ImageService.Core.Engine.Isolation;

/// <summary>One line on the decoder's standard input.</summary>
internal sealed record DecodeRequest
{
    /// <summary>The original.</summary>
    public required string Path { get; init; }

    /// <summary>Where to write the raster of a HEIC or SVG, without extension.</summary>
    public required string WorkingCopyPath { get; init; }

    /// <summary>Width × height × frames.</summary>
    public required long MaxPixels { get; init; }

    /// <summary>Frames.</summary>
    public required int MaxFrames { get; init; }

    /// <summary>What decoding may take.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>CPU time that the process may take for it.</summary>
    public required int CpuMilliseconds { get; init; }

    /// <summary>Names of formats.</summary>
    public required string[] Allowed { get; init; }

    /// <summary>What transforms may take of memory to read it; where it would be more, a working copy is written.</summary>
    public long TransformBytes { get; init; } = SizeBudget.ForReading(EngineOptions.DefaultMemoryBudgetBytes);

    /// <summary>An SVG that was accepted before is to be drawn so, and nothing else to be told of it; null: read an original.</summary>
    public DrawRequest? Draw { get; init; }

    /// <summary>The file is a font.</summary>
    public bool IsFont { get; init; }
}

/// <summary>How an SVG is to be drawn.</summary>
/// <param name="Size">Of the part, px.</param>
/// <param name="Part">Of the drawing.</param>
internal sealed record DrawRequest(PixelSize Size, PicturePart Part);

/// <summary>One line on the decoder's standard output: what decoding will take, or an error, or the facts.</summary>
internal sealed record DecodeReply
{
    /// <summary>Not the answer yet: the header is read, and the decoder waits for a line on its input before it takes this much memory.</summary>
    public long? NeedsBytes { get; init; }

    public ErrorCode? Code { get; init; }

    public string? Detail { get; init; }

    public OriginalFormat Format { get; init; }

    public int Width { get; init; }

    public int Height { get; init; }

    public bool HasAlpha { get; init; }

    public int Frames { get; init; }

    public int Orientation { get; init; }

    public string? ColourSpace { get; init; }

    public bool HasProfile { get; init; }

    public JsonElement? Exif { get; init; }

    public Placeholders? Placeholders { get; init; }

    /// <summary>What decoding takes at its peak.</summary>
    public long DecodeBytes { get; init; }

    /// <summary>CPU time that decoding every pixel took.</summary>
    public int DecodeCpuMs { get; init; }

    /// <summary>Extension of the working copy that was written; null where none was.</summary>
    public string? WorkingCopyExtension { get; init; }

    /// <summary>Whether it carries Content Credentials; null where its structure could not be followed.</summary>
    public ContentCredentials? Credentials { get; init; }

    /// <summary>What a font is; null for images.</summary>
    public FontDescription? Font { get; init; }

    public static DecodeReply Of(Error error) => new() { Code = error.Code, Detail = error.Detail };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DecodeRequest))]
[JsonSerializable(typeof(DecodeReply))]
internal sealed partial class DecodeJson : JsonSerializerContext;
