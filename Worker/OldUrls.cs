using ImageService.Core;
using ImageService.Core.Dialects;
using ImageService.Core.Facts;
using ImageService.Core.Registry;

namespace ImageService.Worker;

/// <summary>
/// The commands <c>report-urls --host NAME --log FILE</c> and <c>import-aliases --host NAME --log FILE</c>: what share of an access log a customer's host
/// would serve, and the old names that a log
/// shows. Exit codes: 0 done, 1 no such host or file, 2 called wrongly.
/// </summary>
internal static class OldUrls
{
    public const string Report = "report-urls";
    public const string Import = "import-aliases";

    private const int MostTold = 50;

    public static async Task<int> RunAsync(string command, string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddNpgsqlDataSource("registry", configureDataSourceBuilder: RegistryConnection.UseApplicationRole);
        builder.AddCacheClient();
        builder.AddQueueClient();
        builder.AddImageService();
        await using var app = builder.Build();
        if (builder.Configuration["host"] is not { Length: > 0 } name || builder.Configuration["log"] is not { Length: > 0 } log)
        {
            await Console.Error.WriteLineAsync($"usage: {command} --host images.example.com --log access.log");
            return 2;
        }

        if (!File.Exists(log))
        {
            await Console.Error.WriteLineAsync($"There is no file {log}.");
            return 1;
        }

        if (await app.Services.GetRequiredService<HostDirectory>().FindAsync(name, StaleFacts.Refuse, CancellationToken.None) is not { } host)
        {
            await Console.Error.WriteLineAsync($"No space has the verified host name {name}.");
            return 1;
        }

        var lines = File.ReadLinesAsync(log, CancellationToken.None);
        if (command == Report)
        {
            var summary = await app.Services.GetRequiredService<LogReport>().ReadAsync(host, lines, CancellationToken.None);
            await Console.Out.WriteAsync(summary.Write());
            return 0;
        }

        var crawl = await app.Services.GetRequiredService<CrawlImport>().ReadAsync(host, lines, CancellationToken.None);
        await Console.Out.WriteLineAsync(FormattableString.Invariant($"names {crawl.Names}, aliases written {crawl.Written}, not found {crawl.Missing.Count}"));
        foreach (var missing in crawl.Missing.Take(MostTold))
            await Console.Out.WriteLineAsync($"  {missing}");
        return 0;
    }
}
