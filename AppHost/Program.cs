using ImageService.AppHost;
using ImageService.AppHost.Publishing;
using ImageService.AppHost.Running;
using ImageService.AppHost.Servers;

if (args is [GarnetProgram.Verb])
    return GarnetProgram.Run();

var builder = DistributedApplication.CreateBuilder(LaunchOptions.ForAspire(args));
var options = LaunchOptions.From(builder.Configuration);
using var folder = builder.PrepareRun(options);
var secrets = new RunSecrets(options.Data);
var demo = new Demo(options, secrets);
builder.AddDeploymentPublishing();

var signingMasterKey = builder.AddSecret("signing-master-key", secrets.Key, "Base64 of 32 bytes: encrypts the tenants' signing keys");
var platformKey = builder.AddSecret("platform-key", secrets.Token, "X-API-Key value that may create organizations");

var registry = builder.AddRegistry(options, secrets);
var cache = builder.AddCache(options, secrets);
var queue = builder.AddQueue(options, secrets);
var objects = builder.AddObjectStore(options, secrets);

var migrations = builder.AddProject<Projects.Worker>("migrations", launchProfileName: "migrate")
    .WithArgs("migrate").RunFromBuildOutput().RunsOnce()
    .WithReference(registry).WaitFor(registry)
    .WithEnvironment("Signing__MasterKey", signingMasterKey);

var api = builder.AddProject<Projects.Api>("api")
    .WithReference(registry).WithReference(cache).WaitFor(cache)
    .WithQueue(queue).WithObjectStore(objects)
    .WithEnvironment("Signing__MasterKey", signingMasterKey)
    .WithEnvironment("Access__PlatformKey", platformKey)
    .WaitForCompletion(migrations)
    .RunFromBuildOutput(options.ApiPort)
    .WithFrugalMemory()
    .WithHealthProbes()
    .WithExternalHttpEndpoints();

var worker = builder.AddProject<Projects.Worker>("worker")
    .WithReference(registry).WithReference(cache).WaitFor(cache)
    .WithQueue(queue).WithObjectStore(objects)
    .WithEnvironment("Signing__MasterKey", signingMasterKey)
    .WithEnvironment("Access__PlatformKey", platformKey)
    .WaitForCompletion(migrations)
    .RunFromBuildOutput(options.WorkerPort)
    .WithFrugalMemory()
    .WithHealthProbes();

var portal = builder.AddProject<Projects.Portal>("portal")
    .WithReference(api)
    .RunFromBuildOutput(options.PortalPort)
    .WithFrugalMemory()
    .WithHealthProbes()
    .WithExternalHttpEndpoints();

builder.WithAddresses(api, worker, portal);
demo.Configure(api);
demo.AnnounceWhenReady(api, portal, worker, platformKey);

return await builder.Build().RunToEndAsync();
