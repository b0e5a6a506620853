namespace ImageService.Tests.Acceptance;

/// <summary>A whole system that tests ask from outside.</summary>
public interface IStack
{
    /// <summary>What the AppHost told once everything was ready; the first call starts it.</summary>
    Task<StackSummary> SummaryAsync();

    /// <summary>Everything the AppHost has said so far.</summary>
    string Log { get; }
}
