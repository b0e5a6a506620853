using System.Text.Json.Serialization;

namespace ImageService.Core.Engine.Provenance;

/// <summary>
/// Whether an original carries Content Credentials (C2PA 2.4, annex A.3), and where. That a manifest store is there is all that is told: no signature is
/// verified, and nothing is read of what it claims.
/// </summary>
/// <param name="Place">The part of the file that holds the manifest store; null where there is none.</param>
/// <param name="SizeBytes">Length of the manifest store; 0 where there is none.</param>
public sealed record ContentCredentials(CredentialsPlace? Place, long SizeBytes)
{
    /// <summary>The file holds none.</summary>
    public static readonly ContentCredentials None = new(null, 0);

    [JsonIgnore]
    public bool ArePresent => Place is not null;
}

/// <summary>The part of a file that holds a manifest store, as its format has it.</summary>
public enum CredentialsPlace
{
    /// <summary>JPEG: JUMBF in APP11 segments (ISO/IEC 18477-3, 19566-5).</summary>
    App11Segment,

    /// <summary>PNG: chunk <c>caBX</c>.</summary>
    CabxChunk,

    /// <summary>WebP: RIFF chunk <c>C2PA</c>.</summary>
    C2paChunk,

    /// <summary>AVIF and HEIC: a top-level <c>uuid</c> box.</summary>
    UuidBox,

    /// <summary>JPEG XL: a top-level <c>jumb</c> box.</summary>
    JumbBox,

    /// <summary>GIF: application extension <c>C2PA_GIF</c>.</summary>
    ApplicationBlock,

    /// <summary>TIFF: tag 52545 of the first directory.</summary>
    TiffTag,

    /// <summary>SVG: element <c>c2pa:manifest</c>.</summary>
    ManifestElement,
}
