using ImageService.Portal.Client;

namespace ImageService.Portal.Workspaces;

/// <summary>Presets in words.</summary>
internal static class PresetText
{
    /// <summary>For which images a preset's variants are made ahead.</summary>
    public static string Ahead(PresetResponse preset) => !preset.AutoGenerate ? "no, when first asked for"
        : preset.MatchTags.Count == 0 && preset.MatchFolders.Count == 0 ? "for every image"
        : "for " + string.Join(", ", preset.MatchTags.Select(tag => $"# {tag}").Concat(preset.MatchFolders));
}
