namespace ImageService.Tests.Support.Servers;

/// <summary>A program to start and how to end it.</summary>
/// <param name="Program">Absolute path, or a name that PATH resolves.</param>
/// <param name="Arguments">Passed as they are, without a shell.</param>
/// <param name="WorkingDirectory">Must exist.</param>
internal sealed record ProcessCommand(string Program, IReadOnlyList<string> Arguments, string WorkingDirectory)
{
    /// <summary>The whole environment; null inherits this process's.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The signal that asks the program to end in an orderly way (POSIX only).</summary>
    public int StopSignal { get; init; } = Posix.Terminate;

    /// <summary>How long the program may take to end before it is killed.</summary>
    public TimeSpan StopWithin { get; init; } = TimeSpan.FromSeconds(15);
}
