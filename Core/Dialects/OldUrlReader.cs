using ImageService.Core.Facts;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;

namespace ImageService.Core.Dialects;

/// <summary>From a URL on a customer's host to a picture of the space and what is asked of it; the walk before an ordinary image request begins.</summary>
public sealed class OldUrlReader(HostDirectory hosts, AssetDirectory assets, TimeProvider time)
{
    /// <summary>Takes the URL apart and judges its signature, without a look at anything of the space.</summary>
    /// <param name="host">Whose URL.</param>
    /// <param name="target">Path and query exactly as received.</param>
    /// <returns><see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.InvalidOperations"/> or <see cref="ErrorCode.InvalidSignature"/>.</returns>
    public Result<JudgedOldUrl> Judge(HostFacts host, string target)
    {
        var now = time.GetUtcNow();
        if (UrlDialects.Of(host.Dialect) is not { } dialect)
            return host.Dialect is UrlDialect.Native
                ? new JudgedOldUrl(null, new OldUrl(TargetText.Source(TargetText.Parts(target).Path), []), false, null) : DialectErrors.NotFound;
        if (!dialect.Split(target).TryGet(out var url, out var error))
            return error;
        var isSigned = false;
        if (dialect.HasSignatures)
        {
            if (url.Signature is not null && !host.Keys.IsEmpty)
                isSigned = dialect.Verify(url, host.Keys, now);
            if (!isSigned && (!host.AllowsUnsigned || (url.Signature is not null && !host.Keys.IsEmpty)))
                return DialectErrors.BadSignature;
        }

        if (url.ExpiresUnixSeconds is not { } end)
            return new JudgedOldUrl(dialect, url, isSigned, null);
        var life = DateTimeOffset.FromUnixTimeSeconds(Math.Min(end, DateTimeOffset.MaxValue.ToUnixTimeSeconds())) - now;
        return life > TimeSpan.Zero ? new JudgedOldUrl(dialect, url, isSigned, life) : DialectErrors.NotFound;
    }

    /// <summary>Finds the picture, in the space that the host leads to, and says what the URL asks of it.</summary>
    /// <returns><see cref="ErrorCode.NotFound"/>, as for a private picture without a signature, or <see cref="ErrorCode.InvalidOperations"/> naming what
    /// cannot be said here.</returns>
    public async ValueTask<Result<LocatedOldUrl>> LocateAsync(HostFacts host, SpaceScope space, JudgedOldUrl judged, string target, CancellationToken ct)
    {
        if (await hosts.FindAssetAsync(host, judged.Url.Source, ct) is not { } id || await assets.FindCurrentAsync(space, id, ct) is not { } asset)
            return DialectErrors.NotFound;
        if (asset.Access is AssetAccess.Private && !(judged.IsSigned && await StillOpensAsync(host, target, ct)))
            return DialectErrors.NotFound;
        var source = SourceOf(asset);
        var meaning = judged.Dialect is { } dialect ? dialect.Map(judged.Url, source) : new Mapping(source).Finish();
        return meaning.Unmapped.Count > 0 && !host.IsLenient ? DialectErrors.Unmapped(meaning.Unmapped) : new LocatedOldUrl(asset, meaning);
    }

    /// <summary>Keys that memory has from before an outage open nothing private.</summary>
    private async ValueTask<bool> StillOpensAsync(HostFacts known, string target, CancellationToken ct) =>
        await hosts.FindAsync(known.Hostname, StaleFacts.Refuse, ct) is { } sure
            && (ReferenceEquals(sure, known) || (sure.SpaceId == known.SpaceId && Judge(sure, target) is { IsSuccess: true, Value.IsSigned: true }));

    private static SourceFacts SourceOf(AssetFacts asset) => new()
    {
        Width = asset.Width,
        Height = asset.Height,
        HasAlpha = asset.HasAlpha,
        Frames = asset.Frames,
        ContentHash = asset.ContentHash,
        FocalX = asset.FocalX,
        FocalY = asset.FocalY,
        Format = ImageFormats.TryParse(asset.Format, out var own) ? own : null,
    };
}

/// <summary>An old URL taken apart.</summary>
/// <param name="Dialect">Whose it is; null for a plain path.</param>
/// <param name="Url">Its parts.</param>
/// <param name="IsSigned">Whether it carried a valid signature.</param>
/// <param name="Life">How long it still holds; null where it does not end.</param>
public sealed record JudgedOldUrl(IUrlDialect? Dialect, OldUrl Url, bool IsSigned, TimeSpan? Life);

/// <summary>The picture that an old URL names, in its newest version, and what is asked of it.</summary>
public sealed record LocatedOldUrl(AssetFacts Asset, OldMeaning Meaning);
