using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageService.Core.Messaging;

/// <summary>How messages are written to and read from text: camelCase JSON by generated code.</summary>
public static class Messages
{
    public static string Write<T>(T message)
        where T : IMessage => JsonSerializer.Serialize(message, typeof(T), MessageJson.Default);

    /// <exception cref="JsonException">The text is no message of this type: a bug, or a newer writer.</exception>
    public static T Read<T>(string body)
        where T : IMessage => (T)(JsonSerializer.Deserialize(body, typeof(T), MessageJson.Default) ?? throw new JsonException($"A {T.Type} message is null."));
}

/// <summary>A version of an asset is in the registry and its original in the store.</summary>
public sealed record AssetUploaded(Guid OrganizationId, Guid AssetId, int Version) : IMessage
{
    public static string Type => "asset_uploaded";
}

/// <summary>An asset was deleted softly: its images stop at once, its bytes go after the retention time.</summary>
public sealed record AssetDeleted(Guid OrganizationId, Guid AssetId) : IMessage
{
    public static string Type => "asset_deleted";
}

/// <summary>One version of a live asset was deleted for good: its images stop at once, its rows and objects are to go.</summary>
public sealed record AssetVersionDeleted(Guid OrganizationId, Guid AssetId, int Version) : IMessage
{
    public static string Type => "asset_version_deleted";
}

/// <summary>A deleted asset's time to be restored is over and its rows are gone; its objects may go too.</summary>
public sealed record AssetPurged(Guid OrganizationId, Guid AssetId) : IMessage
{
    public static string Type => "asset_purged";
}

/// <summary>Facts beside the bytes changed (folder, tags, access, focal point), or the asset was restored: other presets may match now.</summary>
public sealed record AssetChanged(Guid OrganizationId, Guid AssetId) : IMessage
{
    public static string Type => "asset_changed";
}

/// <summary>A preset was created or has a new revision; its variants are made for assets already there where it says so.</summary>
public sealed record PresetChanged(Guid OrganizationId, Guid PresetId) : IMessage
{
    public static string Type => "preset_changed";
}

/// <summary>Rows of variants are gone; their objects may go too. At most <see cref="MaxKeys"/> keys per message: write several for more.</summary>
public sealed record VariantsInvalidated(Guid OrganizationId, IReadOnlyList<string> StorageKeys) : IMessage
{
    public const int MaxKeys = 500;

    public static string Type => "variants_invalidated";
}

/// <summary>CDNs and caches in front may hold images that are no longer right. Purging them twice is harmless.</summary>
/// <param name="OrganizationId">Whose.</param>
/// <param name="Tags">Cache tags; an image that carries any of them is stale.</param>
/// <param name="Prefixes">Path prefixes that cover the same images, for products without tags.</param>
/// <param name="Paths">Exact paths known among them, for products with neither, and to verify the purge by.</param>
public sealed record EdgesStale(Guid OrganizationId, IReadOnlyList<string> Tags, IReadOnlyList<string> Prefixes, IReadOnlyList<string> Paths) : IMessage
{
    public static string Type => "edges_stale";
}

/// <summary>A variant was made in the background, for a preset that asks for it.</summary>
public sealed record VariantReady(Guid OrganizationId, Guid AssetId, int Version, string OperationsHash) : IMessage
{
    public static string Type => "variant_ready";
}

/// <summary>Somebody was the first to ask for a step of a space's width ladder, and the policy <c>prewarm</c> wants the others too.</summary>
/// <param name="OrganizationId">Whose.</param>
/// <param name="AssetId">What.</param>
/// <param name="Version">Which version of it.</param>
/// <param name="Operations">Canonical, of the step that was made.</param>
public sealed record LadderStepMade(Guid OrganizationId, Guid AssetId, int Version, string Operations) : IMessage
{
    public static string Type => "ladder_step_made";
}

/// <summary>A bulk import is queued.</summary>
public sealed record ImportRequested(Guid OrganizationId, Guid ImportJobId) : IMessage
{
    public static string Type => "import_requested";
}

/// <summary>A move between object stores is queued.</summary>
public sealed record StoreMoveRequested(Guid OrganizationId, Guid StoreMoveId) : IMessage
{
    public static string Type => "store_move_requested";
}

/// <summary>A delivery to a webhook was asked for again.</summary>
public sealed record WebhookRedeliveryRequested(Guid OrganizationId, Guid DeliveryId) : IMessage
{
    public static string Type => "webhook_redelivery_requested";
}

/// <summary>A job that failed was asked for again.</summary>
/// <param name="OrganizationId">Whose.</param>
/// <param name="JobId">Its number at the jobs' library.</param>
public sealed record JobRetryRequested(Guid OrganizationId, long JobId) : IMessage
{
    public static string Type => "job_retry_requested";
}

/// <summary>A quota is used to 80 % or more; told once per scope, kind and period.</summary>
public sealed record QuotaWarning : IMessage
{
    /// <summary>Whose.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>Organization, tenant or space whose policy sets the quota.</summary>
    public required Guid ScopeId { get; init; }

    /// <summary>A counter's name of <c>QuotaKind</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What was used when it was noticed.</summary>
    public required long Used { get; init; }

    /// <summary>The quota.</summary>
    public required long Limit { get; init; }

    public static string Type => "quota_warning";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AssetUploaded))]
[JsonSerializable(typeof(AssetDeleted))]
[JsonSerializable(typeof(AssetVersionDeleted))]
[JsonSerializable(typeof(AssetPurged))]
[JsonSerializable(typeof(AssetChanged))]
[JsonSerializable(typeof(PresetChanged))]
[JsonSerializable(typeof(VariantsInvalidated))]
[JsonSerializable(typeof(EdgesStale))]
[JsonSerializable(typeof(VariantReady))]
[JsonSerializable(typeof(LadderStepMade))]
[JsonSerializable(typeof(ImportRequested))]
[JsonSerializable(typeof(StoreMoveRequested))]
[JsonSerializable(typeof(WebhookRedeliveryRequested))]
[JsonSerializable(typeof(JobRetryRequested))]
[JsonSerializable(typeof(QuotaWarning))]
internal sealed partial class MessageJson : JsonSerializerContext;
