using ImageService.Api.Assets;
using ImageService.Api.Authentication;
using ImageService.Api.ControlPlane;
using ImageService.Api.ControlPlane.Invalidations;
using ImageService.Api.Demo;
using ImageService.Api.Dialects;
using ImageService.Api.Explain;
using ImageService.Api.Gateway;
using ImageService.Api.Http;
using ImageService.Api.Idempotency;
using ImageService.Api.Imports;
using ImageService.Api.OpenApi;
using ImageService.Api.RateLimiting;
using ImageService.Api.Signing;
using ImageService.Api.Telemetry;
using ImageService.Api.Uploads;
using ImageService.Core;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Registry;
using Microsoft.Extensions.Options;

// A child of this service, started for one original that nobody has decoded yet: see docs/engine.md.
if (args is [DecodeProcess.Verb, ..])
    return await DecodeProcess.RunAsync(args);

InlineSockets.Prepare();
var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDataSource("registry", configureDataSourceBuilder: RegistryConnection.UseApplicationRole);
builder.AddCacheClient();
builder.AddQueueClient();
builder.AddImageService();
builder.AddHttpEdge();
builder.UseInlineSockets();
builder.AddAccessControl();
builder.AddControlPlane();
builder.AddRateLimits();
builder.AddGateway();
builder.Services.AddDialectHosts();
builder.Services.AddAssets();
builder.Services.AddUploads();
builder.Services.AddExplain();
builder.AddOpenApiDocument();
builder.AddDemo();

var app = builder.Build();
app.UseMiddleware<RequestMetrics>();
app.UseHttpEdge();
app.UseMiddleware<CustomerHosts>();
app.UseRawTargetGuard();
app.UseTusVersion();
app.UseRouting();
app.UseCrossOriginUploads();
app.UseMiddleware<BodyLimits>();
app.UseScanLimit();
app.UseDialects();
app.UseGuessLimit();
app.UseAccessControl();
app.UseMiddleware<KeyUsage>();
app.UseMiddleware<JsonGuard>();
app.UseIdempotency();
app.UseMiddleware<UploadAdmission>();

app.MapDefaultEndpoints();
var half = app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.Serve;
if (half != ServedHalf.Control)
    app.MapGateway();
if (half != ServedHalf.Delivery)
{
    app.MapControlPlane();
    app.MapSign();
    app.MapViews();
    app.MapExplain();
    app.MapAssets();
    app.MapUploads();
    app.MapImports();
    app.MapInvalidations();
    app.MapOpenApiDocument();
}

await app.RunAsync();
return 0;
