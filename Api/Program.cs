using ImageService.Api.Authentication;
using ImageService.Api.ControlPlane;
using ImageService.Api.Http;
using ImageService.Api.Signing;
using ImageService.Core;
using ImageService.Core.Engine.Isolation;

// A child of this service, started for one original that nobody has decoded yet: see docs/engine.md.
if (args is [DecodeProcess.Verb, ..])
    return await DecodeProcess.RunAsync(args);

var builder = WebApplication.CreateBuilder(args);
builder.AddImageService();
builder.AddHttpEdge();
builder.AddAccessControl();
builder.AddControlPlane();

var app = builder.Build();
app.UseHttpEdge();
app.UseRouting();
app.UseAccessControl();
app.UseIdempotency();

app.MapControlPlane();
app.MapSign();

await app.RunAsync();
return 0;
