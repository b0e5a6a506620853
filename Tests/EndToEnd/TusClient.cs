using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Xunit;

namespace ImageService.Tests.EndToEnd;

/// <summary>
/// tus-js-client as npm has it: the program that browsers run. Fetched once, verified against a pinned hash; no script of the package is run but in the
/// browser.
/// </summary>
internal static class TusClient
{
    private const string Version = "4.3.1";
    private const string Integrity = "ZLeYmjrkaU1fUsKbIi8JML52uAocjEZtBx4DKjRrqzrZa0O4MYwT6db+oqePlspV+FxXJAyFBc/L5gwUi2OFsg==";
    private const string Entry = "package/dist/tus.min.js";

    /// <summary>The script for browsers; skips the test where npm is not installed.</summary>
    public static async Task<string> ScriptAsync(CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("tus-js-client-").FullName;
        try
        {
            await PackAsync(folder, ct);
            var tarball = Directory.EnumerateFiles(folder, "*.tgz").Single();
            var bytes = await File.ReadAllBytesAsync(tarball, ct);
            if (Convert.ToBase64String(SHA512.HashData(bytes)) != Integrity)
                throw new InvalidDataException($"tus-js-client {Version} is not what it should be.");
            await using var plain = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            await using var reader = new TarReader(plain);
            while (await reader.GetNextEntryAsync(copyData: false, ct) is { } entry)
            {
                if (entry.Name == Entry)
                    return await new StreamReader(entry.DataStream!).ReadToEndAsync(ct);
            }

            throw new InvalidDataException($"{Entry} is not in the package.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task PackAsync(string folder, CancellationToken ct)
    {
        var start = new ProcessStartInfo("npm",
            ["pack", $"tus-js-client@{Version}", "--pack-destination", folder,
                "--ignore-scripts"])
        { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        Process? npm = null;
        try
        {
            npm = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("npm is not installed: tus-js-client was not run.");
        }

        using (npm)
        {
            var said = npm!.StandardError.ReadToEndAsync(ct);
            await npm.StandardOutput.ReadToEndAsync(ct);
            await npm.WaitForExitAsync(ct);
            if (npm.ExitCode != 0)
                throw new InvalidOperationException($"npm could not fetch tus-js-client: {await said}");
        }
    }
}
