using System.Diagnostics;
using System.Text.Json;
using ImageService.AppHost.Publishing;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

/// <summary>What <c>dotnet publish -t:PublishContainer</c> makes, as the projects say it.</summary>
public sealed class ContainerImagesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Api")]
    [InlineData("Worker")]
    [InlineData("Portal")]
    public async Task An_image_is_named_as_the_documents_name_it_for_both_processors_and_for_the_user_they_run_it_as(string project)
    {
        var image = await PropertiesAsync(
            project, "ContainerRepository", "ContainerRuntimeIdentifiers", "ContainerFamily", "ContainerUser", "PublishReadyToRun");

        $"{image["ContainerRepository"]}:latest".ShouldBe(new PublishingOptions().ImageOf(new Project(project)));
        image["ContainerRuntimeIdentifiers"].ShouldBe("linux-x64;linux-arm64");
        image["ContainerFamily"].ShouldBe("noble-chiseled");
        image["ContainerUser"].ShouldBe(KubernetesServices.ServiceUser.ToString(System.Globalization.CultureInfo.InvariantCulture));
        image["PublishReadyToRun"].ShouldBe("true");
    }

    private static async Task<Dictionary<string, string>> PropertiesAsync(string project, params string[] names)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = Repository.Root };
        foreach (var argument in (string[])["msbuild", project, "-p:_IsPublishing=true", .. names.Select(name => $"-getProperty:{name}")])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        process.ExitCode.ShouldBe(0, output);
        using var json = JsonDocument.Parse(output);
        return json.RootElement.GetProperty("Properties").EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString()!);
    }

    private sealed record Project(string Name) : global::Aspire.Hosting.IProjectMetadata
    {
        public string ProjectPath => $"{Name}/{Name}.csproj";
    }
}
