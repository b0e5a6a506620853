using ImageService.Portal.Authentication;
using ImageService.Portal.Client;
using ImageService.Portal.Images;
using ImageService.Portal.Workspaces;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HttpOverrides;
using MudBlazor;
using MudBlazor.Services;

namespace ImageService.Portal;

/// <summary>Everything the portal is made of.</summary>
internal static class PortalServices
{
    /// <summary>The longest answer of the Api that a page reads whole: 500 rows of a list come to some hundred kilobytes.</summary>
    private const int MaxAnswerBytes = 16 << 20;

    public static void AddPortal(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<PortalOptions>().BindConfiguration(PortalOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var options = builder.Configuration.GetSection(PortalOptions.Section).Get<PortalOptions>() ?? new PortalOptions();
        services.AddSingleton(TimeProvider.System);
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            mud.SnackbarConfiguration.VisibleStateDuration = 3000;
        });
        AddCompression(services);
        AddSignIn(services, options);
        AddApi(services);
        services.Configure<ForwardedHeadersOptions>(forwarded => Trust(forwarded, options.TrustedProxies));
        services.AddHealthChecks().AddCheck<ApiHealth>("api", tags: ["ready"]);
    }

    /// <summary>
    /// Of pages alone: what is secret in them (antiforgery tokens, the circuit's state) is encrypted anew for each answer, so that its compressed length tells
    /// nothing of it beside a text of the address's (BREACH). Upload tickets and other JSON go as they are; static files are compressed when they are built.
    /// </summary>
    private static void AddCompression(IServiceCollection services) => services.AddResponseCompression(static compression =>
    {
        compression.EnableForHttps = true;
        compression.MimeTypes = ["text/html"];
    });

    private static void AddSignIn(IServiceCollection services, PortalOptions options)
    {
        var protection = services.AddDataProtection().SetApplicationName("ImageService.Portal");
        if (options.KeyDirectory is { Length: > 0 } folder)
            protection.PersistKeysToFileSystem(new DirectoryInfo(folder));
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.Cookie.Name = "imageservice.portal";
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.LoginPath = "/sign-in";
            cookie.ReturnUrlParameter = "returnUrl";
            cookie.SlidingExpiration = false;
        });
        services.AddAuthorization();
        services.AddCascadingAuthenticationState();
        services.AddScoped<PortalSession>();
        services.AddScoped<SignInService>();
    }

    private static void AddApi(IServiceCollection services)
    {
        // The name is looked up by service discovery: services__api__http__0.
        services.AddHttpContextAccessor();
        services.AddTransient<VisitorAddress>();
        services.AddHttpClient<ImageServiceClient>(client =>
        {
            client.BaseAddress = new Uri("https+http://api");
            client.MaxResponseContentBufferSize = MaxAnswerBytes;
        }).AddHttpMessageHandler<VisitorAddress>();
        services.AddHttpClient(ProviderSignInProbe.Client, client => client.BaseAddress = new Uri("https+http://api")).AddHttpMessageHandler<VisitorAddress>()
            .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        services.AddSingleton<ProviderSignInProbe>();
        services.AddHttpClient(ApiHealth.Client, client => client.BaseAddress = new Uri("https+http://api"));
        services.AddSingleton<ImageUrls>();
        services.AddScoped<ImageSigner>();
        services.AddScoped<Workspace>();
        services.AddScoped<OpenCircuit>();
        services.AddScoped<CircuitHandler>(static circuit => circuit.GetRequiredService<OpenCircuit>());
        services.AddScoped<AddressQuery>();
        services.AddScoped<ChangeFeed>();
    }

    private static void Trust(ForwardedHeadersOptions forwarded, string[] proxies)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        foreach (var network in proxies) forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        if (proxies.Length == 0)
            forwarded.ForwardedHeaders = ForwardedHeaders.None;
    }
}
