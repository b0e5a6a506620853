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

internal sealed record FetchRequest(string Url, string Tenant, string Space, string Filename, string? Folder, IReadOnlyList<string> Tags, ImageAccess? Access);

internal sealed record InvalidationRequest(string Asset);

/// <summary>RFC 9457, with the service's own members.</summary>
internal sealed record ProblemDetails(string? Title, string? Detail, string? Code, string? TraceId);
