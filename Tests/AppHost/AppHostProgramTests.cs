using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ImageService.Core.Access;
using ImageService.Core.Storage;
using ImageService.Tests.Support;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

/// <summary>The AppHost's own program, started as a person would.</summary>
[Trait("Level", "Integration")]
public sealed class AppHostProgramTests : IDisposable
{
    private readonly PrivateFolder _folder = new("apphost");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_manifest_names_every_project_resource_binding_and_parameter()
    {
        var file = Path.Combine(_folder.Next(), "manifest.json");

        (await RunAsync("--operation", "publish", "--publisher", "manifest", "--output-path", file)).ExitCode.ShouldBe(0);

        var resources = JsonNode.Parse(await File.ReadAllTextAsync(file, Ct))!["resources"]!.AsObject();
        string TypeOf(string name) => resources[name]!["type"]!.GetValue<string>();
        foreach (var project in (string[])["migrations", "api", "worker", "portal"])
            TypeOf(project).ShouldBe("project.v0");
        foreach (var parameter in (string[])["signing-master-key", "platform-key", "postgres-password", "cache-password"])
        {
            TypeOf(parameter).ShouldBe("parameter.v0");
            resources[parameter]!["inputs"]!["value"]!["secret"]!.GetValue<bool>().ShouldBeTrue();
        }

        foreach (var service in (string[])["api", "worker", "portal"])
            resources[service]!["bindings"]!["http"]!["transport"]!.GetValue<string>().ShouldBe("http");
        TypeOf("postgres").ShouldBe("container.v0");
        TypeOf("cache").ShouldBe("container.v0");
        resources["registry"]!["connectionString"]!.GetValue<string>().ShouldBe("{postgres.connectionString};Database=registry");
        resources["api"]!["env"]!["ConnectionStrings__registry"]!.GetValue<string>().ShouldBe("{registry.connectionString}");
        resources["api"]!["env"]!["Signing__MasterKey"]!.GetValue<string>().ShouldBe("{signing-master-key.value}");
        resources["portal"]!["env"]!["services__api__http__0"]!.GetValue<string>().ShouldBe("{api.bindings.http.url}");
        resources["migrations"]!["args"]!.AsArray().Select(arg => arg!.GetValue<string>()).ShouldBe(["migrate"]);
        File.Exists(Path.GetFullPath(resources["api"]!["path"]!.GetValue<string>(), Path.GetDirectoryName(file)!)).ShouldBeTrue();
    }

    [Fact]
    public async Task What_the_services_are_told_is_what_their_options_read()
    {
        var file = Path.Combine(_folder.Next(), "manifest.json");
        await RunAsync("--operation", "publish", "--publisher", "manifest", "--output-path", file);
        var resources = JsonNode.Parse(await File.ReadAllTextAsync(file, Ct))!["resources"]!.AsObject();

        foreach (var service in (string[])["api", "worker"])
        {
            var told = new ConfigurationBuilder()
                .AddInMemoryCollection(resources[service]!["env"]!.AsObject().Select(variable =>
                    KeyValuePair.Create(variable.Key.Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value!.GetValue<string>())))
                .Build();
            told.GetSection(StorageOptions.Section).Get<StorageOptions>()!.Root.ShouldBe("/data/objects");
            told["Signing:MasterKey"].ShouldBe("{signing-master-key.value}");
            told.GetSection(AccessOptions.Section).Get<AccessOptions>()!.PlatformKey.ShouldBe("{platform-key.value}");
        }
    }

    [Fact]
    public async Task The_manifest_in_the_repository_is_the_one_the_model_gives()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var kept = Path.Combine(output.Parent!.Parent!.Parent!.Parent!.FullName, "deploy", "aspire-manifest.json");
        var file = Path.Combine(_folder.Next(), "manifest.json");
        await RunAsync("--operation", "publish", "--step", "publish-manifest", "--output-path", file);

        Normalise(file).ShouldBe(Normalise(kept), "publish it again: see AppHost/README.md");

        // Paths are relative to the manifest.
        static string Normalise(string manifest)
        {
            var json = JsonNode.Parse(File.ReadAllText(manifest))!;
            foreach (var (_, resource) in json["resources"]!.AsObject())
            {
                if (resource!["path"] is { } path)
                    resource["path"] = Path.GetFullPath(path.GetValue<string>(), Path.GetDirectoryName(manifest)!);
            }

            return json.ToJsonString();
        }
    }

    [Fact]
    public async Task An_unknown_option_is_refused_with_the_list_of_options()
    {
        var (code, output) = await RunAsync("--api-prot", "1");

        code.ShouldBe(2);
        output.ShouldContain("--api-prot");
        output.ShouldContain("--api-port N");
    }

    [Fact]
    public async Task Killed_without_warning_it_leaves_no_process_behind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "looks into /proc");
        var data = _folder.Next();
        using var apphost = AppHostProgram.Start(["--data", data, "--no-demo", "--api-port", "0", "--portal-port", "0", "--worker-port", "0"]);
        await Eventually(() => ProcessesOf(data).Count > 0, "the cache or the database has started");
        await Task.Delay(300, Ct); // in the middle of starting the rest

        apphost.Kill();

        await Eventually(() => ProcessesOf(data).Count == 0, "all of its processes are gone");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Processes whose command line or environment names the folder.</summary>
    private static List<int> ProcessesOf(string folder)
    {
        List<int> found = [];
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => Path.GetFileName(path).All(char.IsAsciiDigit)))
        {
            try
            {
                var command = File.ReadAllText(Path.Combine(process, "cmdline"));
                var told = command + File.ReadAllText(Path.Combine(process, "environ"));
                if (told.Contains(folder, StringComparison.Ordinal) && !command.Contains("--data", StringComparison.Ordinal))
                    found.Add(int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It has ended, or belongs to another user.
            }
        }

        return found;
    }

    private static async Task Eventually(Func<bool> condition, string what)
    {
        var since = Stopwatch.StartNew();
        while (!condition())
        {
            since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), what);
            await Task.Delay(50, Ct);
        }
    }

    private static Task<(int ExitCode, string Output)> RunAsync(params string[] args) => AppHostProgram.RunAsync(args, Ct);
}
