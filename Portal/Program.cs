using ImageService.Portal;
using ImageService.Portal.Authentication;
using ImageService.Portal.Components;
using ImageService.Portal.Uploads;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseStaticWebAssets();
builder.AddServiceDefaults();
builder.AddPortal();

var app = builder.Build();
app.UseForwardedHeaders();
if (!app.Environment.IsDevelopment())
{
    app.UseExceptionHandler("/error");
    app.UseHsts();

    // Probes and scrapers inside the cluster speak plain HTTP.
    app.UseWhen(
        static http =>
            !http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
                && !http.Request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal),
        static branch => branch.UseHttpsRedirection());
}

app.UseOwnOriginForCircuits();
app.UseStatusCodePagesWithReExecute("/not-found");
app.UseSecurityHeaders();
app.UseHeadOfPages();
app.UseResponseCompression();
app.UseRouting();
app.UseAuthentication();
app.UseAuthorization();
app.UseAntiforgery();
app.MapDefaultEndpoints();
app.MapStaticAssets();
app.MapAuthentication();
app.MapUploadTickets();
app.MapAuditExport();

// The policy of SecurityHeaders names who may frame us; the framework's own header would be a second one.
app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
await app.RunAsync();
