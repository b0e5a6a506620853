namespace ImageService.Core.Storage;

/// <summary>Words for what a file system refuses.</summary>
internal static class FileStoreErrors
{
    private const int DiskFullWindows = unchecked((int)0x80070070);
    private const int HandleDiskFullWindows = unchecked((int)0x80070027);
    private const int NoSpaceUnix = 28;
    private const int QuotaLinux = 122;

    public static ObjectStoreException Explain(string verb, string key, Exception problem) => problem switch
    {
        IOException { HResult: DiskFullWindows or HandleDiskFullWindows or NoSpaceUnix } =>
            new($"The disk of the file store is full: '{key}' was not written. Free space or move Storage:Root to a larger volume.", problem),
        IOException { HResult: QuotaLinux } =>
            new($"The disk quota of this process's user is used up: '{key}' was not written.", problem),
        UnauthorizedAccessException =>
            new($"The file store may not {verb} '{key}': give this process's user read and write access to Storage:Root and everything below it.", problem),
        _ => new($"The file store cannot {verb} '{key}': {problem.Message}", problem),
    };
}
