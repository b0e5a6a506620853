using System.Security.Claims;
using System.Text.Json;
using Bunit;
using ImageService.Portal;
using ImageService.Portal.Client;
using ImageService.Portal.Images;
using ImageService.Portal.Workspaces;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;
using MudBlazor.Services;
using Xunit;

namespace ImageService.Tests.Portal.Components;

/// <summary>Components drawn without a browser and a host, before an Api in memory, for a person with the scopes that a test gives.</summary>
[Trait("Level", "Unit")]
public abstract class ComponentTest : BunitContext
{
    private protected static readonly Level Photos = new("acme", "website", "photos");

    protected ComponentTest()
    {
        DefaultWaitTimeout = TimeSpan.FromSeconds(30); // on a machine that is busy with other tests
        JSInterop.Mode = JSRuntimeMode.Loose;
        Module = JSInterop.SetupModule("./js/portal.js");
        Module.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(mud => mud.PopoverOptions.CheckForPopoverProvider = false);
        var session = new PortalSession(null!);
        session.Use(new ClaimsPrincipal(new ClaimsIdentity()));
        Services.AddSingleton<TimeProvider>(Clock)
            .AddSingleton(new ImageServiceClient(new HttpClient(Api) { BaseAddress = new Uri("http://api.example") }, session))
            .AddSingleton(Options.Create(new PortalOptions { PublicApiUrl = "http://api.example" }))
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddSingleton<Workspace>().AddSingleton<OpenCircuit>().AddSingleton<AddressQuery>()
            .AddSingleton<ImageUrls>().AddSingleton<ImageSigner>().AddSingleton<ChangeFeed>();
        Renderer.SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    private protected ApiInMemory Api { get; } = new();

    private protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 6, 11, 0, 0, 0, TimeSpan.Zero));

    /// <summary>The browser's side of a component.</summary>
    protected BunitJSModuleInterop Module { get; }

    /// <summary>The person has scopes in a place and below it.</summary>
    private protected async Task SignInAsync(Level at, params string[] scopes)
    {
        var membership = new { organization = at.Organization, organizationName = "Acme", tenant = at.Tenant, space = at.Space, role = "some", scopes };
        Api.Answers("GET /v1/me", JsonSerializer.Serialize(
            new { id = Guid.Empty, email = "p@acme.example", name = "P", hasPassword = true, memberships = new[] { membership } }));
        await Services.GetRequiredService<Workspace>().LoadAsync(Xunit.TestContext.Current.CancellationToken);
    }

    /// <summary>Types a text, and lets the time pass in which a field waits for more.</summary>
    private protected async Task TypeAsync<T>(IRenderedComponent<T> drawn, string field, string text)
        where T : IComponent
    {
        // Found and told in one turn, here and wherever a test presses: what is drawn anew between the two has other handlers.
        await drawn.InvokeAsync(() => drawn.Find($"[data-testid={field}]").InputAsync(text));
        await drawn.InvokeAsync(() => Clock.Advance(TimeSpan.FromSeconds(1)));
    }

    /// <summary>Opens a dialog.</summary>
    /// <returns>Where dialogs are drawn, and the dialog.</returns>
    private protected async Task<(IRenderedComponent<MudDialogProvider> Drawn, IDialogReference Dialog)> OpenAsync<T>(DialogParameters<T> parameters)
        where T : ComponentBase
    {
        var drawn = Render<MudDialogProvider>();
        var dialog = await drawn.InvokeAsync(() => Services.GetRequiredService<IDialogService>().ShowAsync<T>("", parameters));
        return (drawn, dialog);
    }

    /// <summary>An image of the space as the Api tells it.</summary>
    private protected static AssetResponse Asset(string id = "01A", string folder = "/", params string[] tags) => Read<AssetResponse>(new
    {
        id, version = 1, tenant = "website", space = "photos", folder, tags, access = "public", filename = $"{id}.jpg", format = "jpg",
        width = 1600, height = 1200, hasAlpha = false, frames = 1, sizeBytes = 1000, contentHash = "00", uploadedAt = "2026-06-01T00:00:00Z",
        urls = new { original = "", presets = new Dictionary<string, string>(StringComparer.Ordinal) { ["card"] = "" } },
    });

    /// <summary>One of the portal's records, as an answer brings it.</summary>
    private protected static T Read<T>(object told) =>
        JsonSerializer.Deserialize(JsonSerializer.Serialize(told), ImageServiceClient.TypeOf<T>()) ?? throw new InvalidOperationException("It is null.");

    private protected static string Json(AssetResponse[] assets) => JsonSerializer.Serialize(new { items = assets }, JsonSerializerOptions.Web);
}
