using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers;
using Npgsql;

namespace Aspire.Hosting.Running;

/// <summary>Starts each kind of resource: services as child processes, data servers by their embedded substitutes.</summary>
internal sealed class ResourceStarter(ProcessSpawner spawner, RunData data, ConsoleLog log, DistributedApplicationExecutionContext execution)
{
    /// <summary>Whether the resource is a process that is watched and started again.</summary>
    public static bool IsProcess(IResource resource) => resource is ProjectResource or ExecutableResource or PostgresServerResource or RedisResource;

    /// <summary>Starts the process of a resource; a data server takes connections when this returns.</summary>
    public async Task<ChildProcess> StartAsync(IResource resource, CancellationToken ct)
    {
        void Output(string line) => log.Write(resource.Name, line);
        var process = resource switch
        {
            PostgresServerResource postgres => await PostgresAsync(postgres, Output, ct),
            RedisResource redis => await RedisAsync(redis, Output, ct),
            ProjectResource project => await spawner.StartAsync(await DescribeAsync(project, ct), Output),
            ExecutableResource executable => await spawner.StartAsync(
                new ProcessCommand(executable.Command, await ArgsAsync(resource, ct), executable.WorkingDirectory) { Environment = await EnvironmentAsync(resource, ct) }, Output),
            _ => throw new NotSupportedException($"The embedded AppHost cannot start {resource.Name}: it knows no substitute for a {resource.GetType().Name}."),
        };
        data.Remember(process);
        return process;
    }

    /// <summary>Makes a database when it is missing.</summary>
    public static async Task EnsureDatabaseAsync(PostgresDatabaseResource database, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(await database.Parent.ConnectionStringExpression.GetValueAsync(ct));
        await connection.OpenAsync(ct);
        await using var find = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = database.DatabaseName } } };
        if (await find.ExecuteScalarAsync(ct) is not null)
            return;
        await using var create = new NpgsqlCommand($"CREATE DATABASE \"{database.DatabaseName.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
        await create.ExecuteNonQueryAsync(ct);
    }

    private async Task<ChildProcess> PostgresAsync(PostgresServerResource resource, Action<string> output, CancellationToken ct)
    {
        var volume = resource.Annotations.OfType<ContainerMountAnnotation>().FirstOrDefault()?.Source ?? $"{resource.Name}-data";
        var password = await resource.PasswordParameter.GetValueAsync(ct);
        return await new PostgresServer(data.Volume(volume), resource.PrimaryEndpoint.Port, password!) { Durable = !data.Ephemeral }.StartAsync(spawner, output, ct);
    }

    private async Task<ChildProcess> RedisAsync(RedisResource resource, Action<string> output, CancellationToken ct) =>
        await new RedisServer(data.Volume(Path.Combine("run", resource.Name)), resource.PrimaryEndpoint.Port, (await resource.PasswordParameter.GetValueAsync(ct))!).StartAsync(spawner, output, ct);

    // The build of the AppHost has built the project; its output is started as it is, in the project's folder, as `dotnet run --no-build` would.
    private async Task<ProcessCommand> DescribeAsync(ProjectResource project, CancellationToken ct)
    {
        var folder = Path.GetDirectoryName(project.ProjectPath)!;
        var configuration = Path.Combine(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar)[^3..]); // bin/Debug/net10.0
        return new ProcessCommand(Executables.DotNet, ["exec", FindProgram(project, Path.Combine(folder, configuration)), .. await ArgsAsync(project, ct)], folder)
        {
            Environment = await EnvironmentAsync(project, ct),
            StopWithin = TimeSpan.FromSeconds(30),
        };
    }

    private static string FindProgram(ProjectResource project, string output)
    {
        const string suffix = ".runtimeconfig.json";
        var name = Path.GetFileNameWithoutExtension(project.ProjectPath);
        var program = (Directory.Exists(output) ? Directory.EnumerateFiles(output, "*" + suffix) : [])
            .Select(file => file[..^suffix.Length])
            .Where(file => Path.GetFileName(file) == name || Path.GetFileName(file).EndsWith($".{name}", StringComparison.Ordinal))
            .Select(file => $"{file}.dll")
            .FirstOrDefault(File.Exists);
        return program ?? throw new ResourceStartException($"{project.Name} is not built: there is no program in {output}. Run: dotnet build {project.ProjectPath}");
    }

    private Task<IReadOnlyList<string>> ArgsAsync(IResource resource, CancellationToken ct) => ResourceEnvironment.EvaluateArgsAsync(resource, execution, ct);

    private async Task<IReadOnlyDictionary<string, string>> EnvironmentAsync(IResource resource, CancellationToken ct) =>
        ResourceEnvironment.OverInherited(await ResourceEnvironment.EvaluateAsync(resource, execution, ct));
}
