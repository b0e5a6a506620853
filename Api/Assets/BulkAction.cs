using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Registry;

namespace ImageService.Api.Assets;

/// <summary>One thing to do to each of many assets.</summary>
internal sealed class BulkAction
{
    public const int MaxIds = 500;

    private readonly Func<AssetChanges, Caller, string, CancellationToken, Task<Result<ChangedAsset>>> _run;

    private BulkAction(Func<AssetChanges, Caller, string, CancellationToken, Task<Result<ChangedAsset>>> run) => _run = run;

    public Task<Result<ChangedAsset>> RunAsync(AssetChanges changes, Caller caller, string id, CancellationToken ct) => _run(changes, caller, id, ct);

    public static Result<BulkAction> Read(BulkRequest request)
    {
        if (request.Ids is not { Count: >= 1 and <= MaxIds } ids || ids.Any(id => id is null))
            return Problems.Invalid($"ids must be a list of 1 to {MaxIds} asset ids.");
        return request.Action switch
        {
            "delete" => new BulkAction((changes, caller, id, ct) => changes.DeleteAsync(caller, id, Any, ct)),
            "restore" => new BulkAction((changes, caller, id, ct) => changes.RestoreAsync(caller, id, Any, ct)),
            "move" => string.IsNullOrWhiteSpace(request.Folder) ? Problems.Invalid("move needs a folder.") : AssetNames.Folder(request.Folder).Map(Move),
            "tag" => ReadTags(request).Map(Tag),
            "untag" => ReadTags(request).Map(Untag),
            "access" => UploadDetails.ReadAccess(request.Access) is { IsSuccess: true, Value.Access: { } access }
                ? Each(asset => asset.Access = access) : Problems.Invalid("access must be public or private."),
            _ => Problems.Invalid("action must be delete, restore, move, tag, untag or access."),
        };
    }

    private static Result<string[]> ReadTags(BulkRequest request) =>
        request.Tags is { Count: > 0 } tags && tags.All(tag => tag is not null) ? AssetNames.Tags(tags) : Problems.Invalid("tag and untag need tags.");

    private static BulkAction Move(string folder) => Each(asset => asset.Folder = folder);

    private static BulkAction Tag(string[] tags) => new((changes, caller, id, ct) => changes.ChangeAsync(
        caller,
        id,
        Any,
        asset =>
        {
            if (!AssetNames.Tags(asset.Tags.Concat(tags)).TryGet(out var both, out var tooMany))
                return tooMany;
            asset.Tags = both;
            return null;
        },
        ct));

    private static BulkAction Untag(string[] tags) => Each(asset => asset.Tags = [.. asset.Tags.Except(tags, StringComparer.Ordinal)]);

    private static BulkAction Each(Action<Asset> change) => new((changes, caller, id, ct) => changes.ChangeAsync(
        caller,
        id,
        Any,
        asset =>
        {
            change(asset);
            return null;
        },
        ct));

    private static Error? Any(Asset asset) => null;
}
