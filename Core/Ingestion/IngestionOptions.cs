using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Ingestion;

/// <summary>The machine's side of taking images in. What a tenant may upload is policy.</summary>
public sealed class IngestionOptions
{
    public const string Section = "Ingestion";

    /// <summary>Longest time for fetching one URL, redirects and body included. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Ingestion:FetchTimeout must be from 00:00:01 to 00:10:00.")]
    public TimeSpan FetchTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an unfinished upload (tus or presigned) can be resumed after its last byte. Default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00", ErrorMessage = "Ingestion:UploadLifetime must be from 00:01:00 to 7.00:00:00.")]
    public TimeSpan UploadLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Size of the pieces in which a resumable upload is stored, bytes: what a process that dies can cost at most, or what came within a second. Default 8
    /// MiB.
    /// </summary>
    [Range(64 * 1024, 64 * 1024 * 1024, ErrorMessage = "Ingestion:UploadPartBytes must be from 65536 to 67108864.")]
    public int UploadPartBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>
    /// Largest file taken in before it is known which space it is for (fields after the file), bytes. The space's own limit is judged after. Default 1 GiB.
    /// </summary>
    [Range(1L, 1L << 40, ErrorMessage = "Ingestion:MaxStagedBytes must be from 1 to 1099511627776.")]
    public long MaxStagedBytes { get; set; } = 1L << 30;

    /// <summary>
    /// Folder for files that are judged before they are stored (fetched, imported, or bound for a remote store). Default: the system's temporary folder.
    /// </summary>
    public string? TemporaryFolder { get; set; }

    /// <summary>Largest ZIP that can be imported, bytes. Default 2 GiB.</summary>
    [Range(1L, 1L << 40, ErrorMessage = "Ingestion:MaxArchiveBytes must be from 1 to 1099511627776.")]
    public long MaxArchiveBytes { get; set; } = 2L << 30;

    /// <summary>Most entries a ZIP may hold. Default 10 000.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Ingestion:MaxArchiveEntries must be from 1 to 1000000.")]
    public int MaxArchiveEntries { get; set; } = 10_000;

    /// <summary>Most bytes a ZIP may unpack to, all entries together. Default 20 GiB.</summary>
    [Range(1L, 1L << 44, ErrorMessage = "Ingestion:MaxArchiveUnpackedBytes must be from 1 to 17592186044416.")]
    public long MaxArchiveUnpackedBytes { get; set; } = 20L << 30;

    /// <summary>How many times its packed size an entry may unpack to, past its first mebibyte. Default 100; images hardly compress.</summary>
    [Range(1, 10_000, ErrorMessage = "Ingestion:MaxArchiveRatio must be from 1 to 10000.")]
    public int MaxArchiveRatio { get; set; } = 100;
}
