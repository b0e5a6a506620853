using System.IO.Compression;
using System.Runtime.CompilerServices;

using ImageService.Core.Errors;
using ImageService.Core.Storage;

namespace ImageService.Core.Ingestion;

/// <summary>One file that an import offers, or why it may not be taken.</summary>
/// <param name="Name">As its source calls it, with folders; only shown and turned into a folder and a filename, never used as a path.</param>
/// <param name="Refusal">Set where it is refused unread.</param>
/// <param name="OpenAsync">Opens its bytes; called at most once, before the next file.</param>
internal sealed record ImportItem(string Name, Error? Refusal, Func<CancellationToken, Task<Stream>> OpenAsync);

/// <summary>Reads a ZIP entry by entry. Nothing is ever written under an entry's name.</summary>
internal static class ArchiveSource
{
    private const int UnixTypeShift = 16;
    private const int UnixTypeMask = 0xF000;
    private const int UnixRegular = 0x8000;
    private const int UnixDirectory = 0x4000;
    private const int FreeBytes = 1 << 20;

    private static readonly string[] ArchiveExtensions = [".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar"];

    /// <summary>How many files the ZIP offers, or why it is refused as a whole.</summary>
    public static Result<ZipArchive> Open(Stream file, IngestionOptions options)
    {
        if (!ArchiveDirectory.Count(file, options.MaxArchiveEntries).TryGet(out _, out var refusal))
            return refusal;
        file.Position = 0;
        ZipArchive archive;
        try
        {
            archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            var declared = archive.Entries.Aggregate((UInt128)0, (sum, entry) => sum + (UInt128)Math.Max(0, entry.Length));
            if (declared <= (UInt128)options.MaxArchiveUnpackedBytes)
                return archive;
        }
        catch (InvalidDataException)
        {
            return ArchiveErrors.NotAnArchive();
        }

        archive.Dispose();
        return ArchiveErrors.TooMuchUnpacked(options.MaxArchiveUnpackedBytes);
    }

    /// <summary>The files of the ZIP, without folders and what operating systems put beside files.</summary>
    public static IReadOnlyList<ImportItem> Items(ZipArchive archive, IngestionOptions options) =>
        [.. archive.Entries.Where(IsFile).Select(entry => new ImportItem(entry.FullName, Judge(entry, options), ct => entry.OpenAsync(ct)))];

    private static bool IsFile(ZipArchiveEntry entry) =>
        !entry.FullName.EndsWith('/') && !entry.FullName.EndsWith('\\')
        && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal)
        && entry.Name is not (".DS_Store" or "Thumbs.db" or "desktop.ini");

    private static Error? Judge(ZipArchiveEntry entry, IngestionOptions options)
    {
        if (!IsSafe(entry.FullName))
            return ArchiveErrors.UnsafeName();
        var type = (entry.ExternalAttributes >> UnixTypeShift) & UnixTypeMask;
        if (type is not (0 or UnixRegular or UnixDirectory))
            return ArchiveErrors.SymbolicLink();
        if (entry.IsEncrypted)
            return ArchiveErrors.Encrypted();
        if (ArchiveExtensions.Contains(Path.GetExtension(entry.Name), StringComparer.OrdinalIgnoreCase))
            return ArchiveErrors.Nested();
        return entry.Length > FreeBytes && (entry.Length - FreeBytes) / options.MaxArchiveRatio > entry.CompressedLength
            ? ArchiveErrors.Bomb(options.MaxArchiveRatio) : null;
    }

    /// <summary>A relative path that stays below its start on any operating system.</summary>
    private static bool IsSafe(string name) =>
        name.Length is > 0 and <= 1000
        && name[0] != '/'
        && !name.Any(character => char.IsControl(character) || character is '\\' or ':')
        && !name.Split('/').Any(segment => segment is "" or "." or "..");
}

/// <summary>Reads what lies under an organization's import prefix of the object store.</summary>
internal static class PrefixSource
{
    public static async IAsyncEnumerable<ImportItem> ItemsAsync(
        IObjectStore store, Guid organizationId, string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var root = ObjectKey.ImportPrefix(organizationId);
        await foreach (var listing in store.ListAsync(root + prefix, ct))
        {
            yield return new ImportItem(
                listing.Key[root.Length..],
                null,
                async token =>
                    (await store.OpenAsync(listing.Key, null, token) ?? throw new FileNotFoundException("The object went away.", listing.Key)).Content);
        }
    }
}
