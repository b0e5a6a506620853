using System.Globalization;

namespace ImageService.Benchmarks.Registry;

/// <summary>How an Api of this machine reaches its registry and its originals, as Linux tells the environment of the process that listens on a port.</summary>
/// <param name="Registry">Connection string; null where none is told.</param>
/// <param name="Objects">Folder of originals; null where they are not in one.</param>
internal sealed record ApiSettings(string? Registry, string? Objects)
{
    private const string Listening = "0A";

    /// <summary>Null where no process of this user listens there.</summary>
    public static ApiSettings? Of(int port)
    {
        var sockets = new[] { "/proc/net/tcp", "/proc/net/tcp6" }.SelectMany(File.ReadLines).Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[3] == Listening && fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal))
            .Select(fields => $"socket:[{fields[9]}]").ToHashSet(StringComparer.Ordinal);
        var process = Directory.EnumerateDirectories("/proc")
            .FirstOrDefault(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _) && Holds(folder, sockets));
        if (process is null)
            return null;
        var environment = File.ReadAllText($"{process}/environ").Split('\0').Select(entry => entry.Split('=', 2)).Where(entry => entry.Length == 2)
            .ToLookup(entry => entry[0], entry => entry[1], StringComparer.OrdinalIgnoreCase);
        return new ApiSettings(environment["ConnectionStrings__registry"].FirstOrDefault(), environment["Storage__Root"].FirstOrDefault());
    }

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles($"{process}/fd")
                .Any(file => File.ResolveLinkTarget(file, returnFinalTarget: false) is { } target && sockets.Contains(target.Name));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false; // ended meanwhile, or another user's
        }
    }
}
