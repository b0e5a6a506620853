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
}

app.UseStatusCodePagesWithReExecute("/not-found");
app.UseSecurityHeaders();
app.UseAuthentication();
app.UseAuthorization();
app.UseAntiforgery();
app.MapDefaultEndpoints();
app.MapStaticAssets();
app.MapAuthentication();
app.MapUploads();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
await app.RunAsync();
