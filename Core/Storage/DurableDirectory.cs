using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace ImageService.Core.Storage;

/// <summary>
/// Makes names durable. On POSIX a file's bytes and its name are flushed separately: after a power cut a renamed file may be gone
/// unless its folder was flushed too (fsync(2), "does not necessarily ensure that the entry in the directory … has also reached disk").
/// </summary>
internal static class DurableDirectory
{
    /// <summary>Creates a folder and those above it, flushing every folder that got a new entry.</summary>
    public static void Create(string path)
    {
        if (Directory.Exists(path))
            return;
        var parent = Path.GetDirectoryName(path);
        if (parent is not null)
            Create(parent);
        Directory.CreateDirectory(path);
        if (parent is not null)
            Flush(parent);
    }

    /// <summary>Flushes a folder's entries; nothing to do on Windows, whose file system journals names. A folder that is gone has nothing to flush.</summary>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(Encoding.UTF8.GetBytes(path + '\0'), 0);
        if (descriptor < 0)
        {
            const int noSuchEntry = 2;
            var error = Marshal.GetLastPInvokeError();
            if (error == noSuchEntry)
                return;
            throw new IOException($"Cannot open the folder '{path}' to flush it.", new Win32Exception(error));
        }

        try
        {
            if (Fsync(descriptor) != 0)
                throw new IOException($"Cannot flush the folder '{path}'.", new Win32Exception(Marshal.GetLastPInvokeError()));
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
