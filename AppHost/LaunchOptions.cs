using ImageService.AppHost.Running;
using Microsoft.Extensions.Configuration;

namespace ImageService.AppHost;

/// <summary>The command line of the AppHost beside the switches that Aspire itself knows.</summary>
internal sealed record LaunchOptions
{
    /// <summary>Port of the Api; null for any free one.</summary>
    public required int? ApiPort { get; init; }

    /// <summary>Port of the Portal; null for any free one.</summary>
    public required int? PortalPort { get; init; }

    /// <summary>Port of the Worker; null for any free one.</summary>
    public required int? WorkerPort { get; init; }

    /// <summary>Whether the demo organization is made.</summary>
    public required bool Demo { get; init; }

    /// <summary>Whether the data is removed at exit.</summary>
    public required bool Ephemeral { get; init; }

    /// <summary>Folder of all data of this run.</summary>
    public required string Data { get; init; }

    /// <summary>Where the facts of the running system are written as JSON; null for nowhere.</summary>
    public required string? Summary { get; init; }

    /// <summary>Whether the data servers are containers (Docker, Podman) rather than processes.</summary>
    public bool Containers { get; init; }

    /// <summary>Whether all that the resources write is shown on the console.</summary>
    public bool Logs { get; init; }

    /// <summary>Whether Aspire's dashboard runs, and the services send it what it shows.</summary>
    public bool Dashboard { get; init; } = true;

    /// <summary>Where objects lie: <see cref="Folder"/>, <see cref="S3"/> or <see cref="Azure"/>.</summary>
    public string Store { get; init; } = Folder;

    /// <summary>What carries messages: <see cref="Postgres"/> or <see cref="RabbitMQ"/>.</summary>
    public string Queue { get; init; } = Postgres;

    public const string Folder = "file";
    public const string S3 = "s3";
    public const string Azure = "azure";
    public const string Postgres = "postgres";
    public const string RabbitMQ = "rabbitmq";

    public const string Usage = """
        dotnet run --project AppHost [-- options]
          --ephemeral        fresh data, removed at exit (else it stays under your local application data)
          --data DIR         where the data lives
          --store NAME       where objects lie: file (default), s3 (radosgw of Ceph), azure (Azurite)
          --queue NAME       what carries messages: postgres (default), rabbitmq
          --containers       PostgreSQL, Redis and RabbitMQ as containers (Docker or Podman), not as processes
          --api-port N       default 8080; 0: any free one
          --portal-port N    default 8081; 0: any free one
          --worker-port N    default 8082; 0: any free one
          --no-demo          no demo organization
          --no-dashboard     no dashboard: for runs that nobody watches
          --summary FILE     write URLs and keys there as JSON once all is ready
          --logs             show all that the resources write (else the dashboard does)
          --operation publish --step publish-manifest --output-path FILE    write the deployment manifest instead
        """;

    private static readonly string[] Flags = ["ephemeral", "no-demo", "no-dashboard", "containers", "logs"];
    private static readonly string[] WithValue = ["data", "api-port", "portal-port", "worker-port", "summary", "store", "queue"];
    private static readonly string[] OfAspire =
    [
        "operation", "publisher", "step", "output-path", "log-level", "include-exception-details", "clear-cache", "yes", "environment",
        "dcp-cli-path", "dcp-dashboard-path", "dcp-container-runtime", "no-build",
    ];

    /// <summary>Turns the command line into one that .NET's configuration reads without surprise: there a bare flag would swallow what follows it.</summary>
    public static string[] Expand(string[] args)
    {
        if (args.Contains("--help") || args.Contains("-h"))
            Exit(0, Usage);
        List<string> expanded = [];
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..].Split('=')[0] : Reject(args[i]);
            if (Flags.Contains(name))
                expanded.Add($"--{name}=true");
            else if (args[i].Contains('=', StringComparison.Ordinal) && (IsKnown(name) || name.Contains(':', StringComparison.Ordinal)))
                expanded.Add(args[i]);
            else if (!IsKnown(name))
                Reject(args[i]);
            else if (i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
                expanded.Add($"--{name}={args[++i]}");
            else if (OfAspire.Contains(name))
                expanded.Add($"--{name}=true");
            else
                Exit(2, $"{args[i]} needs a value.\n{Usage}");
        }

        if (expanded.Contains("--ephemeral=true") && !expanded.Exists(arg => arg.StartsWith("--data=", StringComparison.Ordinal)))
            expanded.Add($"--data={Path.Combine(Path.GetTempPath(), $"{RunFolder.EphemeralPrefix}{Environment.ProcessId}")}");
        return [.. expanded];
    }

    /// <summary>What Aspire's builder is made with: <see cref="Expand"/>, and whether it brings its dashboard.</summary>
    public static DistributedApplicationOptions ForAspire(string[] args)
    {
        var expanded = Expand(args);
        return new() { Args = expanded, DisableDashboard = expanded.Contains("--no-dashboard=true") };
    }

    public static LaunchOptions From(IConfiguration configuration) => new()
    {
        ApiPort = Port(configuration, "api-port", 8080),
        PortalPort = Port(configuration, "portal-port", 8081),
        WorkerPort = Port(configuration, "worker-port", 8082),
        Demo = !configuration.GetValue("no-demo", false),
        Ephemeral = configuration.GetValue("ephemeral", false),
        Data = Path.GetFullPath(configuration["data"] ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "ImageService")),
        Summary = configuration["summary"] is { Length: > 0 } summary ? Path.GetFullPath(summary) : null,
        Containers = configuration.GetValue("containers", false),
        Logs = configuration.GetValue("logs", false),
        Dashboard = !configuration.GetValue("no-dashboard", false),
        Store = OneOf(configuration, "store", Folder, S3, Azure),
        Queue = OneOf(configuration, "queue", Postgres, RabbitMQ),
    };

    private static int? Port(IConfiguration configuration, string name, int usual)
    {
        var text = configuration[name];
        if (text is null)
            return usual;
        if (!int.TryParse(text, out var port) || port is < 0 or > 65535)
            Exit(2, $"--{name} must be a number from 0 to 65535, not '{text}'.");
        return port == 0 ? null : port;
    }

    /// <summary>The first of the choices is the default.</summary>
    private static string OneOf(IConfiguration configuration, string name, params string[] choices)
    {
        var text = configuration[name] ?? choices[0];
        if (!choices.Contains(text))
            Exit(2, $"--{name} must be one of {string.Join(", ", choices)}, not '{text}'.");
        return text;
    }

    private static bool IsKnown(string name) => WithValue.Contains(name) || OfAspire.Contains(name);

    private static string Reject(string arg)
    {
        Exit(2, $"Unknown option {arg}.\n{Usage}");
        return arg;
    }

    private static void Exit(int code, string text)
    {
        (code == 0 ? Console.Out : Console.Error).WriteLine(text);
        Environment.Exit(code);
    }
}
