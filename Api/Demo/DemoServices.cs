namespace ImageService.Api.Demo;

/// <summary>Registers the demo where it is wanted and allowed.</summary>
internal static class DemoServices
{
    public static void AddDemo(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<DemoOptions>().BindConfiguration(DemoOptions.Section);
        if (!builder.Configuration.GetValue<bool>($"{DemoOptions.Section}:{nameof(DemoOptions.Enabled)}"))
            return;
        if (!builder.Environment.IsDevelopment())
        {
            builder.Services.AddHostedService<DemoIgnored>();
            return;
        }

        builder.Services.AddOptions<DemoOptions>()
            .Validate(static demo => demo.PortalPassword.Length is >= 10 and <= 128, "Demo:PortalPassword must have 10 to 128 characters.").ValidateOnStart();
        builder.Services.AddSingleton<DemoOrganization>();
        builder.Services.AddHostedService<DemoSeeder>();
    }

    /// <summary>Says once that the setting has no effect here.</summary>
    private sealed class DemoIgnored(ILogger<DemoIgnored> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            Log.Ignored(logger);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
