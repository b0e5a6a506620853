namespace ImageService.Tests.Acceptance;

/// <summary>The whole system, running.</summary>
public interface IStack
{
    /// <summary>Where everything is. The first who asks starts it.</summary>
    Task<StackSummary> SummaryAsync();
}
