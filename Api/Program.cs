using ImageService.Api.Http;

var builder = WebApplication.CreateBuilder(args);
builder.AddHttpEdge();

var app = builder.Build();
app.UseHttpEdge();

await app.RunAsync();
