using System.Runtime.InteropServices;
using System.Text;

namespace ImageService.Core.Storage;

/// <summary>Puts a finished file in its place, so that a reader sees the whole of it or nothing.</summary>
internal static class FileRename
{
    private const int AlreadyExists = 17;
    private const int NoSuchEntry = 2;

    /// <summary>Renames to the destination, making its folders; tries again where a concurrent delete pruned one in between.</summary>
    /// <returns>False where <see cref="PutMode.Create"/> found the destination; the source is then still there.</returns>
    /// <param name="source">The finished file.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="mode">What to do about one that is there.</param>
    /// <param name="isDurable">Whether the name, too, must outlast a power cut.</param>
    public static bool Into(string source, string destination, PutMode mode, bool isDurable = true)
    {
        var folder = Path.GetDirectoryName(destination)!;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (isDurable)
                    DurableDirectory.Create(folder);
                else
                    Directory.CreateDirectory(folder);
                if (mode == PutMode.Overwrite)
                    File.Move(source, destination, overwrite: true);
                else if (!TryCreate(source, destination))
                    return false;
                if (isDurable)
                    DurableDirectory.Flush(folder);
                return true;
            }
            catch (DirectoryNotFoundException) when (attempt < 10)
            {
                // Pruned between the two calls.
            }
            catch (Exception occupied) when (attempt < 10 && occupied is IOException or UnauthorizedAccessException && Directory.Exists(destination))
            {
                // Nobody here makes a folder in an object's place. What somebody put into it is not thrown away.
                Directory.Move(destination, $"{source}.displaced");
            }
        }
    }

    /// <summary>A second name for the file: link(2) refuses a name that is taken, which rename(2) cannot. The caller removes the first name.</summary>
    private static bool TryCreate(string source, string destination)
    {
        if (!OperatingSystem.IsWindows())
        {
            if (Link(Encoding.UTF8.GetBytes(source + '\0'), Encoding.UTF8.GetBytes(destination + '\0')) == 0)
                return true;
            switch (Marshal.GetLastPInvokeError())
            {
                case AlreadyExists:
                    return false;
                case NoSuchEntry:
                    throw new DirectoryNotFoundException($"The folder of '{destination}' is gone.");
            }
        }

        // A file system without hard links, or Windows, whose move without overwriting is atomic by itself.
        if (File.Exists(destination))
            return false;
        try
        {
            File.Move(source, destination, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(destination))
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(byte[] from, byte[] to);
}
