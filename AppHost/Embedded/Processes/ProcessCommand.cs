namespace Aspire.Hosting.Processes;

/// <summary>A program to start and how to end it.</summary>
/// <param name="Program">Absolute path, or a name that PATH resolves.</param>
/// <param name="Arguments">Passed as they are, without a shell.</param>
/// <param name="WorkingDirectory">Must exist and be reachable by <see cref="User"/>.</param>
internal sealed record ProcessCommand(string Program, IReadOnlyList<string> Arguments, string WorkingDirectory)
{
    /// <summary>The whole environment; null inherits this process's.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Run as this user instead of the current one; only root can.</summary>
    public string? User { get; init; }

    /// <summary>The signal that asks the program to end in an orderly way (POSIX only).</summary>
    public int StopSignal { get; init; } = Posix.Terminate;

    /// <summary>How long the program may take to end before it is killed.</summary>
    public TimeSpan StopWithin { get; init; } = TimeSpan.FromSeconds(15);
}
