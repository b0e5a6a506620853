using System.Collections.Frozen;
using ImageService.Core.Registry;

namespace ImageService.Core.Access;

/// <summary>What each role may do, as scopes. An owner may also make and unmake owners.</summary>
public static class Permissions
{
    private static readonly FrozenSet<string> Editor = FrozenSet.Create(
        StringComparer.Ordinal,
        Scopes.ImageRead, Scopes.ImageWrite, Scopes.ImageDelete, Scopes.ImageSign, Scopes.PresetWrite, Scopes.UsageRead);

    private static readonly FrozenSet<string> Viewer = FrozenSet.Create(StringComparer.Ordinal, Scopes.ImageRead, Scopes.UsageRead);

    /// <summary>The scopes of a role.</summary>
    public static IReadOnlySet<string> Of(Role role) => role switch
    {
        Role.Owner or Role.Admin => Scopes.All,
        Role.Editor => Editor,
        Role.Viewer => Viewer,
        _ => FrozenSet<string>.Empty,
    };
}
