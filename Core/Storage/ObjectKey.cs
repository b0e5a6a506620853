using ImageService.Core.Operations;

namespace ImageService.Core.Storage;

/// <summary>
/// The only author of object keys. Keys start with the organization, so that one prefix holds everything an organization owns,
/// and are made of lower-case hex, digits, revisions and fixed words only; names below <see cref="ImportPrefix"/> are given from outside.
/// </summary>
public static class ObjectKey
{
    /// <summary>An upload that has not been judged yet. Swept when older than a day.</summary>
    public static string Staging(Guid organizationId, Guid uploadId) => $"{organizationId:n}/staging/{uploadId:n}";

    /// <summary>One piece of a resumable upload; the piece's own id keeps two writers at the same offset apart.</summary>
    public static string StagingPart(Guid organizationId, Guid uploadId, Guid partId) => $"{organizationId:n}/staging/parts/{uploadId:n}/{partId:n}";

    /// <summary>Every piece of a resumable upload.</summary>
    public static string StagingPartsPrefix(Guid organizationId, Guid uploadId) => $"{organizationId:n}/staging/parts/{uploadId:n}/";

    /// <summary>
    /// Says that an asset version's objects are being put in place; removed once its row is committed. A stale one without a row tells the sweep what to
    /// remove.
    /// </summary>
    public static string StagingIntent(Guid organizationId, Guid assetId, int version) => $"{organizationId:n}/staging/intents/{assetId:n}.v{version}";

    /// <summary>Every intent of an organization; <c>{asset}.v{version}</c> follows.</summary>
    public static string StagingIntentsPrefix(Guid organizationId) => $"{organizationId:n}/staging/intents/";

    /// <summary>The original as uploaded; one per asset version.</summary>
    public static string Original(Guid organizationId, Guid assetId, int version) => $"{organizationId:n}/{assetId:n}/v{version}/original";

    /// <summary>The always-hot intermediate of at most 4 megapixels, made by one revision of the engine: another's has another key and is made anew.</summary>
    public static string Intermediate(Guid organizationId, Guid assetId, int version, string revision) =>
        $"{organizationId:n}/{assetId:n}/v{version}/intermediate-{revision}";

    /// <summary>The raster kept beside an original that no serving process decodes (HEIC, JPEG XL, SVG).</summary>
    public static string WorkingCopy(Guid organizationId, Guid assetId, int version) => $"{organizationId:n}/{assetId:n}/v{version}/working";

    /// <summary>A variant, content-addressed by the operations hash (64 hex digits).</summary>
    public static string Variant(Guid organizationId, Guid assetId, int version, string operationsHash, ImageFormat format) =>
        $"{organizationId:n}/{assetId:n}/v{version}/variants/{operationsHash[..2]}/{operationsHash}.{format.Name()}";

    /// <summary>Everything of one asset version.</summary>
    public static string VersionPrefix(Guid organizationId, Guid assetId, int version) => $"{organizationId:n}/{assetId:n}/v{version}/";

    /// <summary>Everything of one asset.</summary>
    public static string AssetPrefix(Guid organizationId, Guid assetId) => $"{organizationId:n}/{assetId:n}/";

    /// <summary>Where an organization's files wait to be imported by prefix; filled from outside the service.</summary>
    public static string ImportPrefix(Guid organizationId) => $"imports/{organizationId:n}/";

    /// <summary>What a machine writes and removes to find out whether the store takes writes.</summary>
    public static string Probe(string machine) => $"probe/{machine}";

    /// <summary>Uploads of an organization that have not been judged yet.</summary>
    public static string StagingPrefix(Guid organizationId) => $"{organizationId:n}/staging/";
}
