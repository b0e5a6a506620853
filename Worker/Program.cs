using ImageService.Worker;

if (args is [Migrate.Command, .. var rest])
    return await Migrate.RunAsync(rest);

var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
await app.RunAsync();
return 0;
