using System.Text.Json.Serialization;

namespace ImageService.Client;

/// <summary>A named preset, in the revision in force.</summary>
public sealed record Preset
{
    /// <summary>Of all its revisions.</summary>
    public required Guid Id { get; init; }

    /// <summary>Stands in URLs as <c>preset_{slug}</c>.</summary>
    public required string Slug { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>In the URL's grammar.</summary>
    public required string Operations { get; init; }

    /// <summary>From 1.</summary>
    public required int Revision { get; init; }

    /// <summary>Whether the variant is made after each upload that matches.</summary>
    public bool AutoGenerate { get; init; }

    /// <summary>Any asset where both lists are empty.</summary>
    public IReadOnlyList<string> MatchTags { get; init => field = value ?? []; } = [];

    /// <summary>With everything below them.</summary>
    public IReadOnlyList<string> MatchFolders { get; init => field = value ?? []; } = [];

    /// <summary>For a change that must not overwrite somebody else's; null where the answer had none.</summary>
    [JsonIgnore]
    public string? ETag { get; init; }
}

/// <summary>A new preset, or a new revision of one; what is null stays, or has its default.</summary>
/// <param name="Slug">1 to 100 of <c>a-z</c>, <c>0-9</c>, <c>_</c>.</param>
/// <param name="Operations">In the URL's grammar, for example by <see cref="ImageOperations.ToString"/>.</param>
public sealed record PresetContent(string Slug, string Operations)
{
    public string? Name { get; init; }

    public string? Description { get; init; }

    public bool? AutoGenerate { get; init; }

    public IReadOnlyList<string>? MatchTags { get; init; }

    public IReadOnlyList<string>? MatchFolders { get; init; }
}
