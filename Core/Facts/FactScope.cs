namespace ImageService.Core.Facts;

/// <summary>What is forgotten together: one change in the database makes one scope of facts unknown.</summary>
/// <param name="Kind">What kind of facts.</param>
/// <param name="OrganizationId">Whose; empty for facts of no organization.</param>
/// <param name="Subject">The key id; empty for the facts of an organization as a whole.</param>
public readonly record struct FactScope(FactKind Kind, Guid OrganizationId, string Subject)
{
    /// <summary>Which organizations there are, by slug.</summary>
    public static FactScope Organizations { get; } = new(FactKind.Organizations, Guid.Empty, "");

    /// <summary>Which customers' host names there are; forgotten whenever one changes.</summary>
    public static FactScope Hosts { get; } = new(FactKind.Hosts, Guid.Empty, "");

    /// <summary>The names that assets have on one host.</summary>
    public static FactScope Host(string hostname) => new(FactKind.Host, Guid.Empty, hostname);

    /// <summary>Tenants, spaces, policies, presets, signing keys: what changes rarely and is forgotten as a whole.</summary>
    public static FactScope Of(Guid organizationId) => new(FactKind.Organization, organizationId, "");

    /// <summary>One asset and its versions.</summary>
    public static FactScope Asset(Guid organizationId, Guid assetId) => new(FactKind.Asset, organizationId, "") { SubjectId = assetId };

    /// <summary>One API key by its public part.</summary>
    public static FactScope ApiKey(string keyId) => new(FactKind.ApiKey, Guid.Empty, keyId);

    /// <summary>The one asset; empty for other kinds.</summary>
    public Guid SubjectId { get; init; }
}

/// <summary>Kinds of facts, by what makes them unknown.</summary>
public enum FactKind
{
    Organizations,
    Organization,
    Asset,
    ApiKey,
    Hosts,
    Host,
}

/// <summary>What to do when a fact must be looked up again and the database does not answer.</summary>
public enum StaleFacts
{
    /// <summary>Fail: who may do what is never answered from memory that may be wrong.</summary>
    Refuse,

    /// <summary>Use the old fact up to <see cref="FactsOptions.StaleLimit"/>: images that everyone may see go on being served.</summary>
    Allow,
}
