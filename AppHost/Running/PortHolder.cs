using System.Globalization;

namespace ImageService.AppHost.Running;

/// <summary>Finds out which process listens on a port (Linux), for messages.</summary>
internal static class PortHolder
{
    private const string Listening = "0A";

    /// <summary>For example <c>process 4711 (dotnet Api.dll)</c>, or <c>another process</c> when that cannot be known.</summary>
    public static string Describe(int port)
    {
        var sockets = Sockets(port).ToHashSet();
        if (sockets.Count == 0)
            return "another process";
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => Path.GetFileName(path).All(char.IsAsciiDigit)))
        {
            try
            {
                if (Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(file => new FileInfo(file).LinkTarget is { } target && sockets.Contains(target)))
                    return $"process {Path.GetFileName(process)} ({CommandLine(process)})";
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It has ended, or belongs to another user.
            }
        }

        return "another process";
    }

    private static string CommandLine(string process)
    {
        var line = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ').Trim();
        return line.Length > 80 ? $"{line[..80]}..." : line;
    }

    // sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
    //  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 34567
    private static IEnumerable<string> Sockets(int port)
    {
        foreach (var table in (string[])["/proc/net/tcp", "/proc/net/tcp6"])
        {
            if (!File.Exists(table))
                continue;
            foreach (var line in File.ReadLines(table).Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[3] == Listening
                    && int.Parse(fields[1].AsSpan(fields[1].IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.HexNumber,
                        CultureInfo.InvariantCulture) == port)
                    yield return $"socket:[{fields[9]}]";
            }
        }
    }
}
