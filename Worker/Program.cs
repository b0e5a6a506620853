using Hangfire;
using ImageService.Core;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Registry;
using ImageService.Worker;

// A child of this service, started for one original that nobody has decoded yet: see docs/engine.md.
if (args is [DecodeProcess.Verb, ..])
    return await DecodeProcess.RunAsync(args);

if (args is [Migrate.Command, .. var rest])
    return await Migrate.RunAsync(rest);

if (args is [OldUrls.Report or OldUrls.Import, .. var about])
    return await OldUrls.RunAsync(args[0], about);

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDataSource("registry", configureDataSourceBuilder: RegistryConnection.UseApplicationRole);
builder.AddCacheClient();
builder.AddQueueClient();
builder.AddImageService();
builder.Services.AddWorker(builder.Configuration);

var app = builder.Build();
app.UseDashboardProtection();
app.MapDefaultEndpoints();
app.MapDashboard();
Schedule.Apply(new PatientJobs(app.Services.GetRequiredService<IRecurringJobManager>(), app.Logger));
await app.RunAsync();
return 0;
