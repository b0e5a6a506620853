using System.Text;
using System.Text.Json;
using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Registry;

namespace ImageService.Api.Assets;

/// <summary>
/// Reads a JSON merge patch (RFC 7396) of an asset and applies it: all members are judged before any is changed. Setting or lengthening a retention lock is
/// writing; shortening or lifting it needs more, see <see cref="Loosens"/>.
/// </summary>
internal sealed class AssetPatch
{
    private const int MaxMetadataBytes = 16 * 1024;

    private readonly List<Action<Asset>> _changes = [];
    private DateTimeOffset? _retainUntil;
    private bool _setsRetention;

    /// <summary>The changes that a body asks for; <see cref="ErrorCode.InvalidRequest"/> names the first member that cannot be read.</summary>
    public static Result<AssetPatch> Read(JsonElement body)
    {
        if (body.ValueKind is not JsonValueKind.Object)
            return Problems.Invalid("The body must be a JSON object with the members to change.");
        var patch = new AssetPatch();
        foreach (var member in body.EnumerateObject())
        {
            if (patch.Take(member.Name, member.Value) is { } error)
                return error;
        }

        return patch;
    }

    /// <summary>Whether the patch would shorten or lift the lock that the asset has now.</summary>
    public bool Loosens(Asset asset, DateTimeOffset now) =>
        _setsRetention && asset.RetainUntil is { } until && until > now && !(_retainUntil >= until);

    public void Apply(Asset asset) => _changes.ForEach(change => change(asset));

    private Error? Take(string name, JsonElement value) => name switch
    {
        "filename" => value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? Change(asset => asset.Filename = AssetNames.Filename(text))
            : Problems.Invalid("filename must be a text that is not empty."),
        "folder" => value.ValueKind is JsonValueKind.String
            ? AssetNames.Folder(value.GetString()).TryGet(out var folder, out var error) ? Change(asset => asset.Folder = folder) : error
            : Problems.Invalid("folder must be a text."),
        "tags" => TakeTags(value),
        "access" => value.ValueKind is JsonValueKind.String && UploadDetails.ReadAccess(value.GetString()) is { IsSuccess: true, Value.Access: { } access }
            ? Change(asset => asset.Access = access)
            : Problems.Invalid("access must be public or private."),
        "focalPoint" => TakeFocalPoint(value),
        "metadata" => TakeMetadata(value),
        "retainUntil" => TakeRetention(value),
        _ => Problems.Invalid($"'{AssetNames.Shown(name)}' cannot be changed. What can: filename, folder, tags, access, focalPoint, metadata, retainUntil."),
    };

    private Error? Change(Action<Asset> change)
    {
        _changes.Add(change);
        return null;
    }

    private Error? TakeTags(JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.Array || value.EnumerateArray().Any(tag => tag.ValueKind is not JsonValueKind.String))
            return Problems.Invalid("tags must be a list of texts.");
        return AssetNames.Tags(value.EnumerateArray().Select(tag => tag.GetString()!)).TryGet(out var tags, out var error)
            ? Change(asset => asset.Tags = tags) : error;
    }

    private Error? TakeFocalPoint(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null)
            return Change(asset => asset.FocalX = asset.FocalY = null);
        if (value.ValueKind is JsonValueKind.Object && Coordinate(value, "x") is { } x && Coordinate(value, "y") is { } y)
            return Change(asset => (asset.FocalX, asset.FocalY) = (x, y));
        return Problems.Invalid("focalPoint must be {\"x\": …, \"y\": …}, each from 0 to 1, or null.");
    }

    private static double? Coordinate(JsonElement point, string name) =>
        point.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number && value.GetDouble() is >= 0 and <= 1 and var coordinate
            ? coordinate : null;

    private Error? TakeMetadata(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null)
            return Change(asset => asset.Metadata = null);
        var text = value.GetRawText();

        // PostgreSQL's jsonb holds neither NUL nor halves of characters.
        return value.ValueKind is JsonValueKind.Object && Encoding.UTF8.GetByteCount(text) <= MaxMetadataBytes && IsStorable(value)
            ? Change(asset => asset.Metadata = text)
            : Problems.Invalid($"metadata must be a JSON object of at most {MaxMetadataBytes} bytes, its texts without NUL and unpaired surrogates, or null.");
    }

    private static bool IsStorable(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().All(member => IsText(() => member.Name) && IsStorable(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().All(IsStorable),
        JsonValueKind.String => IsText(value.GetString!),
        _ => true,
    };

    private static bool IsText(Func<string> read)
    {
        try
        {
            return !read().Contains('\0', StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            // An escaped surrogate without its other half.
            return false;
        }
    }

    private Error? TakeRetention(JsonElement value)
    {
        DateTimeOffset? until = null;
        if (value.ValueKind is not JsonValueKind.Null)
        {
            if (value.ValueKind is not JsonValueKind.String || !value.TryGetDateTimeOffset(out var time))
                return Problems.Invalid("retainUntil must be an RFC 3339 time, or null.");
            until = time.ToUniversalTime();
        }

        (_setsRetention, _retainUntil) = (true, until);
        return Change(asset => asset.RetainUntil = until);
    }
}
