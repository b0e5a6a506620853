using System.Collections.Frozen;

namespace ImageService.Core.Access;

/// <summary>What a credential may do. The texts are part of the HTTP contract.</summary>
public static class Scopes
{
    public const string ImageRead = "image:read";
    public const string ImageWrite = "image:write";
    public const string ImageDelete = "image:delete";
    public const string ImageSign = "image:sign";
    public const string PresetWrite = "preset:write";
    public const string PolicyWrite = "policy:write";
    public const string KeyWrite = "key:write";
    public const string TenantWrite = "tenant:write";
    public const string UsageRead = "usage:read";
    public const string AuditRead = "audit:read";

    /// <summary>Every scope there is.</summary>
    public static readonly FrozenSet<string> All = FrozenSet.Create(
        StringComparer.Ordinal,
        ImageRead, ImageWrite, ImageDelete, ImageSign, PresetWrite, PolicyWrite, KeyWrite, TenantWrite, UsageRead, AuditRead);
}
