using System.Text.Json.Serialization;

namespace ImageService.Client;

/// <summary>A named preset, in the revision in force.</summary>
/// <param name="Id">Of all its revisions.</param>
/// <param name="Slug">Stands in URLs as <c>preset_{slug}</c>.</param>
/// <param name="Name">For people.</param>
/// <param name="Description">For people.</param>
/// <param name="Operations">In the URL's grammar.</param>
/// <param name="Revision">From 1.</param>
/// <param name="AutoGenerate">Whether the variant is made after each upload that matches.</param>
/// <param name="MatchTags">Any asset where both lists are empty.</param>
/// <param name="MatchFolders">With everything below them.</param>
public sealed record Preset(
    Guid Id, string Slug, string Name, string? Description, string Operations, int Revision, bool AutoGenerate, IReadOnlyList<string> MatchTags,
        IReadOnlyList<string> MatchFolders)
{
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
