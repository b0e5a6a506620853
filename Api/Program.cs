using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Core;

var builder = WebApplication.CreateBuilder(args);
builder.AddImageService();
builder.AddHttpEdge();
builder.AddAccessControl();

var app = builder.Build();
app.UseHttpEdge();
app.UseRouting();
app.UseAccessControl();

await app.RunAsync();
