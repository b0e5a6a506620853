using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Core;
using ImageService.Core.Engine.Isolation;

// A child of this service, started for one original that nobody has decoded yet: see docs/engine.md.
if (args is [DecodeProcess.Verb, ..])
    return await DecodeProcess.RunAsync(args);

var builder = WebApplication.CreateBuilder(args);
builder.AddImageService();
builder.AddHttpEdge();
builder.AddAccessControl();

var app = builder.Build();
app.UseHttpEdge();
app.UseRouting();
app.UseAccessControl();

await app.RunAsync();
return 0;
