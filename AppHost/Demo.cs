using System.Text.Json;
using System.Text.Json.Nodes;
using ImageService.AppHost.Running;
using Microsoft.Extensions.DependencyInjection;

namespace ImageService.AppHost;

/// <summary>
/// The demo organization and what is printed about it. The Api makes the demo and writes its facts into a private file;
/// once every service is healthy they are joined with the addresses, printed, and written to <c>--summary</c>.
/// </summary>
internal sealed class Demo(LaunchOptions options, RunSecrets secrets)
{
    private string Facts => Path.Combine(options.Data, "demo.json");

    /// <summary>Tells the Api to make the demo; in a run only, and only when wanted.</summary>
    public IResourceBuilder<ProjectResource> Configure(IResourceBuilder<ProjectResource> api)
    {
        var builder = api.ApplicationBuilder;
        if (!options.Demo || !builder.ExecutionContext.IsRunMode)
            return api;
        var password = builder.AddParameter("portal-password", () => secrets.Password("portal-password"), secret: true);
        return api.WithEnvironment("Demo__Enabled", "true")
            .WithEnvironment("Demo__PortalPassword", password)
            .WithEnvironment("Demo__SummaryFile", Facts);
    }

    /// <summary>Prints where everything is once all of it is healthy.</summary>
    public void AnnounceWhenReady(IResourceBuilder<ProjectResource> api, IResourceBuilder<ProjectResource> portal, IResourceBuilder<ProjectResource> worker,
        IResourceBuilder<ParameterResource> platformKey)
    {
        if (!api.ApplicationBuilder.ExecutionContext.IsRunMode)
            return;
        if (options.Demo && File.Exists(Facts))
            File.Delete(Facts); // of an earlier run: the Api writes it anew once the demo is complete
        var announced = false;
        portal.OnResourceReady(async (_, ready, ct) =>
        {
            if (announced)
                return; // it died and is back
            announced = true;
            var notifications = ready.Services.GetRequiredService<ResourceNotificationService>();
            await notifications.WaitForResourceHealthyAsync(api.Resource.Name, ct);
            await notifications.WaitForResourceHealthyAsync(worker.Resource.Name, ct);
            var summary = new JsonObject
            {
                ["api"] = Address(api),
                ["portal"] = Address(portal),
                ["worker"] = Address(worker),
                ["platformKey"] = await platformKey.Resource.GetValueAsync(ct),
            };
            if (options.Demo)
            {
                foreach (var (name, value) in await ReadFactsAsync(ct))
                    summary[name] ??= value?.DeepClone();
            }

            if (options.Summary is { } file)
                PrivateFile.Write(file,
                    summary.ToJsonString(
                        new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
            var dashboard = Dashboard.LoginLink(notifications, api.ApplicationBuilder.Configuration);
            Console.WriteLine(DemoBanner.Write(summary, dashboard, DemoBanner.Picture(api.ApplicationBuilder.AppHostDirectory)));
        });
    }

    private static string Address(IResourceBuilder<ProjectResource> service) => service.GetEndpoint("http").Url;

    private async Task<JsonObject> ReadFactsAsync(CancellationToken ct)
    {
        while (true)
        {
            if (File.Exists(Facts))
                return JsonNode.Parse(await File.ReadAllTextAsync(Facts, ct))!.AsObject();
            await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
        }
    }
}
