using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>Folders that a server without root's rights can reach. PostgreSQL refuses to run as root, and root's home is closed to everyone else.</summary>
internal static class WorkFolders
{
    /// <summary>The user that servers run as when this process is root.</summary>
    public const string UnprivilegedUser = "nobody";

    /// <summary>Where fetched programs are kept, for every project and run of this user.</summary>
    public static string Binaries => IsRoot
        ? "/var/cache/imageservice"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "ImageService", "programs");

    public static bool IsRoot => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>
    /// Makes a server's own folder and gives it to the user the server runs as. Where a parent is closed to that user,
    /// the folder lives under <c>/var/lib/imageservice</c> and a link stands in its place.
    /// </summary>
    /// <returns>The real path.</returns>
    public static string Prepare(string wanted)
    {
        wanted = Path.GetFullPath(wanted);
        if (!IsRoot)
        {
            Directory.CreateDirectory(wanted);
            return wanted;
        }

        var real = wanted;
        if (new DirectoryInfo(wanted).LinkTarget is { } target)
            real = target;
        else if (!IsReachable(Path.GetDirectoryName(wanted)!))
            real = Relocate(wanted);

        var (user, group) = FindUser();
        Directory.CreateDirectory(real);
        Posix.ChangeOwner(real, user, group);
        return real;
    }

    /// <summary>Gives one file to the user that servers run as; nothing to do unless root.</summary>
    public static void HandOver(string path)
    {
        if (!IsRoot)
            return;
        var (user, group) = FindUser();
        Posix.ChangeOwner(path, user, group);
    }

    private static string Relocate(string wanted)
    {
        var name = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(wanted)))[..12];
        var real = Path.Combine("/var/lib/imageservice", $"{Path.GetFileName(wanted)}-{name}");
        Directory.CreateDirectory(Path.GetDirectoryName(wanted)!);
        if (!Directory.Exists(wanted))
            Directory.CreateSymbolicLink(wanted, real);
        return real;
    }

    private static bool IsReachable(string folder)
    {
        for (DirectoryInfo? part = new(folder); part is not null; part = part.Parent)
        {
            if (part.Exists && !OperatingSystem.IsWindows() && !part.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        }

        return true;
    }

    private static (uint User, uint Group) FindUser()
    {
        foreach (var line in File.ReadLines("/etc/passwd")) // nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
        {
            if (line.Split(':') is [UnprivilegedUser, _, var user, var group, ..])
                return (uint.Parse(user), uint.Parse(group));
        }

        throw new ResourceStartException($"PostgreSQL cannot run as root, and there is no user '{UnprivilegedUser}' to run it as. Start as an ordinary user, or give ConnectionStrings__registry.");
    }
}
