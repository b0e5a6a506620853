namespace ImageService.AppHost.Servers;

/// <summary>How a server is started.</summary>
/// <param name="Line">The program and its arguments.</param>
/// <param name="WorkingDirectory">A folder that the user it runs as can reach.</param>
internal sealed record ServerCommand(IReadOnlyList<string> Line, string WorkingDirectory);
