using Xunit;

namespace ImageService.Tests.Support;

/// <summary>For tests that read what the whole process shares, such as every meter of a name, whichever host it belongs to.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
