using System.Reflection;

namespace ImageService.AppHost.Running;

/// <summary>
/// The programs that this build made. Aspire's build writes the paths of the projects into the AppHost, so a copied build would quietly run the services of
/// the place it came from.
/// </summary>
internal static class BuildOutput
{
    /// <summary>Refuses to run a build that was made elsewhere. A test that hosts the AppHost has it beside its own programs.</summary>
    /// <exception cref="ResourceStartException">It was copied or moved; the message says how to build it where it lies.</exception>
    public static void RequireUnmoved()
    {
        if (Assembly.GetEntryAssembly() == typeof(BuildOutput).Assembly)
            RequireUnmoved(Recorded(), AppContext.BaseDirectory);
    }

    /// <param name="made">Where the build was made.</param>
    /// <param name="here">Where it runs.</param>
    internal static void RequireUnmoved(string made, string here)
    {
        if (Path.TrimEndingDirectorySeparator(Path.GetFullPath(made)) != Path.TrimEndingDirectorySeparator(Path.GetFullPath(here)))
            throw new ResourceStartException(
                $"This build was made in {made} and copied to {here}: it would start the services of the place it came from. Build it where it lies: dotnet build AppHost (or dotnet run without --no-build).");
    }

    /// <summary>This program's assembly where it was built, beside all it needs: a test that hosts the AppHost has a copy without that.</summary>
    public static string ThisProgram { get; } = Path.Combine(Recorded(), Path.GetFileName(typeof(BuildOutput).Assembly.Location));

    /// <summary>The executable that the same build made for a service.</summary>
    /// <exception cref="ResourceStartException">The service is not built.</exception>
    public static string ProgramOf(IProjectMetadata project)
    {
        const string suffix = ".runtimeconfig.json";
        var configuration =
            Path.Combine(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory).Split(Path.DirectorySeparatorChar)[^3..]); // bin/Debug/net10.0
        var output = Path.Combine(Path.GetDirectoryName(project.ProjectPath)!, configuration);
        var name = Path.GetFileNameWithoutExtension(project.ProjectPath);
        return (Directory.Exists(output) ? Directory.EnumerateFiles(output, "*" + suffix) : [])
            .Select(file => file[..^suffix.Length])
            .Where(file => Path.GetFileName(file) == name || Path.GetFileName(file).EndsWith($".{name}", StringComparison.Ordinal))
            .Select(file => OperatingSystem.IsWindows() ? $"{file}.exe" : file)
            .FirstOrDefault(File.Exists)
            ?? throw new ResourceStartException($"{name} is not built: there is no program in {output}. Run: dotnet build {project.ProjectPath}");
    }

    private static string Recorded() =>
        typeof(BuildOutput).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "buildoutput").Value!;
}
