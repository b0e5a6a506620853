using System.Globalization;
using ImageService.AppHost.Running;

namespace ImageService.AppHost.Servers;

/// <summary>Folders that a server without root's rights can reach. PostgreSQL refuses to run as root, and root's home is closed to everyone else.</summary>
internal static class WorkFolders
{
    /// <summary>Where folders go whose own place is closed to the user that servers run as.</summary>
    public const string Elsewhere = "/var/lib/imageservice";

    private const string UnprivilegedUser = "nobody";

    /// <summary>Where fetched programs are kept, for every project and run of this user.</summary>
    public static string Binaries => IsRoot
        ? "/var/cache/imageservice"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "ImageService",
            "programs");

    private static bool IsRoot => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>
    /// Makes a server's own folder and gives it to the user the server runs as. Where a parent is closed to that user,
    /// the folder lives under <see cref="Elsewhere"/> and a link stands in its place.
    /// </summary>
    /// <returns>The real path.</returns>
    public static async Task<string> PrepareAsync(string wanted, CancellationToken ct)
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

        Directory.CreateDirectory(real);
        await HandOverAsync(real, ct);
        return real;
    }

    /// <summary>Gives one file or folder to the user that servers run as; nothing to do unless root.</summary>
    public static async Task HandOverAsync(string path, CancellationToken ct)
    {
        if (!IsRoot)
            return;
        var (user, group) = FindUser();
        var (code, _, errors) = await Executables.RunAsync("chown", [string.Create(CultureInfo.InvariantCulture, $"{user}:{group}"), path], null, ct);
        if (code != 0)
            throw new ResourceStartException($"Cannot give {path} to user {UnprivilegedUser}: {errors.Trim()}");
    }

    /// <summary>The command line that runs a program as the user that servers run as: itself, or through <c>setpriv</c> when root.</summary>
    public static IReadOnlyList<string> Unprivileged(IReadOnlyList<string> command)
    {
        if (!IsRoot)
            return command;
        var setpriv =
            Executables.Find("setpriv")
                ?? throw new ResourceStartException(
                    "PostgreSQL cannot run as root, and there is no setpriv (util-linux) to run it as another user. Start as an ordinary user, or give ConnectionStrings__registry.");
        var (user, group) = FindUser();
        return [setpriv, string.Create(CultureInfo.InvariantCulture, $"--reuid={user}"), string.Create(CultureInfo.InvariantCulture, $"--regid={group}"),
            "--clear-groups", "--no-new-privs", .. command];
    }

    private static string Relocate(string wanted)
    {
        var name = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(wanted)))[..12];
        var real = Path.Combine(Elsewhere, $"{Path.GetFileName(wanted)}-{name}");
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
                return (uint.Parse(user, CultureInfo.InvariantCulture), uint.Parse(group, CultureInfo.InvariantCulture));
        }

        throw new ResourceStartException(
            $"PostgreSQL cannot run as root, and there is no user '{UnprivilegedUser}' to run it as. Start as an ordinary user, or give ConnectionStrings__registry.");
    }
}
