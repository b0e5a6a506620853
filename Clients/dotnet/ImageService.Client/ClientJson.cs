using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageService.Client;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageUrl))]
[JsonSerializable(typeof(ImageAsset))]
[JsonSerializable(typeof(Page<ImageAsset>))]
[JsonSerializable(typeof(Page<AssetVersion>))]
[JsonSerializable(typeof(AssetChange))]
[JsonSerializable(typeof(SignRequest))]
[JsonSerializable(typeof(SignedUrl))]
[JsonSerializable(typeof(FetchRequest))]
[JsonSerializable(typeof(InvalidationRequest))]
[JsonSerializable(typeof(Preset))]
[JsonSerializable(typeof(Page<Preset>))]
[JsonSerializable(typeof(PresetContent))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ClientJson : JsonSerializerContext;

internal sealed record SignRequest(string Url, long? TtlSeconds, string? Scope);

internal sealed record FetchRequest
{
    public required string Url { get; init; }

    public required string Tenant { get; init; }

    public required string Space { get; init; }

    public required string Filename { get; init; }

    public required string? Folder { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required ImageAccess? Access { get; init; }
}

internal sealed record InvalidationRequest(string Asset);

/// <summary>RFC 9457, with the service's own members.</summary>
internal sealed record ProblemDetails(string? Title, string? Detail, string? Code, string? TraceId);
