using ImageService.Portal.Client;

namespace ImageService.Portal.Images;

/// <summary>An image that is chosen in a library, as it was then: what an undo needs to know.</summary>
/// <param name="Id">Of the asset.</param>
/// <param name="Folder">Where it lay.</param>
/// <param name="Tags">What it carried.</param>
/// <param name="Access"><c>public</c> or <c>private</c>.</param>
public sealed record ChosenImage(string Id, string Folder, IReadOnlyList<string> Tags, string Access)
{
    /// <summary>Characters of JSON: all that a browser tells at once must be below 32 kB.</summary>
    private const int MostKept = 8_000, MarkUp = 60;

    public static ChosenImage Of(AssetResponse asset) => new(asset.Id, asset.Folder, asset.Tags, asset.Access);

    /// <summary>What is chosen, to be kept by a browser; nothing where that is much.</summary>
    internal static IReadOnlyList<ChosenImage> IfFew(IEnumerable<ChosenImage> chosen)
    {
        List<ChosenImage> all = [.. chosen];
        return all.Sum(static image => MarkUp + image.Id.Length + image.Folder.Length + image.Tags.Sum(static tag => tag.Length + 3)) <= MostKept ? all : [];
    }

    /// <summary>
    /// What takes an action back: each image gets what it had before, so that one that carried a tag already keeps it, and several of different folders go
    /// back to their own.
    /// </summary>
    /// <param name="done">What was done; its ids do not count.</param>
    /// <param name="changed">Images it succeeded for.</param>
    internal static IReadOnlyList<BulkRequest> Undo(BulkRequest done, IReadOnlyList<ChosenImage> changed)
    {
        return done.Action switch
        {
            "delete" => Groups(_ => "", _ => new BulkRequest { Ids = [], Action = "restore" }),
            "tag" => Groups(image => Joined(done.Tags!.Except(image.Tags, StringComparer.Ordinal)), ByTags("untag")),
            "untag" => Groups(image => Joined(done.Tags!.Intersect(image.Tags, StringComparer.Ordinal)), ByTags("tag")),
            "move" => Groups(image => image.Folder == done.Folder ? null : image.Folder,
                folder => new BulkRequest { Ids = [], Action = "move", Folder = folder }),
            "access" => Groups(image => image.Access == done.Access ? null : image.Access,
                access => new BulkRequest { Ids = [], Action = "access", Access = access }),
            _ => throw new ArgumentException($"No undo is known for {done.Action}.", nameof(done)),
        };

        // Images that had the same before are one request; those with null were as they are now.
        IReadOnlyList<BulkRequest> Groups(Func<ChosenImage, string?> before, Func<string, BulkRequest> back) =>
        [
            .. changed.GroupBy(before, StringComparer.Ordinal).Where(static group => group.Key is not null)
                .Select(group => back(group.Key!) with { Ids = [.. group.Select(static image => image.Id)] }),
        ];
    }

    private static Func<string, BulkRequest> ByTags(string action) => joined => new BulkRequest { Ids = [], Action = action, Tags = joined.Split(',') };

    // A tag has no comma.
    private static string? Joined(IEnumerable<string> tags) => string.Join(',', tags) is { Length: > 0 } text ? text : null;
}
