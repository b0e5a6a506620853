using System.Text.Json;

namespace Aspire.Hosting;

/// <summary>A profile of a project's <c>Properties/launchSettings.json</c>.</summary>
internal sealed record LaunchProfile(string Name, IReadOnlyList<Uri> Urls, IReadOnlyDictionary<string, string> EnvironmentVariables)
{
    private static readonly JsonSerializerOptions Reading = new(JsonSerializerDefaults.Web) { ReadCommentHandling = JsonCommentHandling.Skip };

    private sealed record Settings(Dictionary<string, Profile>? Profiles);

    private sealed record Profile(string? CommandName, string? ApplicationUrl, Dictionary<string, string>? EnvironmentVariables);

    /// <summary>The named profile; else the one named like the AppHost's own; else the first that starts the project. Null when the project has no settings.</summary>
    public static LaunchProfile? Find(string projectPath, string? name, string? ownName)
    {
        var file = Path.Combine(Path.GetDirectoryName(projectPath)!, "Properties", "launchSettings.json");
        if (!File.Exists(file))
            return null;
        var profiles = JsonSerializer.Deserialize<Settings>(File.ReadAllText(file), Reading)?.Profiles ?? [];
        if (name is not null)
        {
            return profiles.TryGetValue(name, out var named)
                ? Read(name, named)
                : throw new InvalidOperationException($"{file} has no profile named {name}.");
        }

        if (ownName is not null && profiles.TryGetValue(ownName, out var same))
            return Read(ownName, same);
        var first = profiles.FirstOrDefault(profile => profile.Value.CommandName == "Project");
        return first.Key is null ? null : Read(first.Key, first.Value);
    }

    private static LaunchProfile Read(string name, Profile profile) => new(
        name,
        [.. (profile.ApplicationUrl ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(url => new Uri(url))],
        profile.EnvironmentVariables ?? []);
}
