namespace ImageService.Core.Storage;

/// <summary>Files below a folder in an order that does not change: by name, folder by folder. One folder's names are in memory at a time, per level.</summary>
internal static class FileWalk
{
    private static readonly EnumerationOptions Everything = new() { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None };

    /// <summary>The files.</summary>
    /// <param name="folder">Where; one that is not there, or no longer, has none.</param>
    /// <param name="after">Names of folders and of the file after which it begins, from <paramref name="folder"/> on; empty for all.</param>
    /// <exception cref="ObjectStoreException">A folder cannot be read.</exception>
    public static IEnumerable<FileInfo> Files(string folder, ArraySegment<string> after)
    {
        foreach (var entry in Entries(folder))
        {
            var order = after.Count == 0 ? 1 : string.CompareOrdinal(entry.Name, after[0]);
            if (order < 0)
                continue;
            if (entry is FileInfo file)
            {
                if (order > 0)
                    yield return file;
                continue;
            }

            foreach (var below in Files(entry.FullName, order == 0 ? after[1..] : []))
                yield return below;
        }
    }

    private static FileSystemInfo[] Entries(string folder)
    {
        try
        {
            FileSystemInfo[] entries = [.. new DirectoryInfo(folder).EnumerateFileSystemInfos("*", Everything)];
            Array.Sort(entries, static (one, other) => string.CompareOrdinal(one.Name, other.Name));
            return entries;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw FileStoreErrors.Explain("list", folder, problem);
        }
    }
}
