using System.Diagnostics;
using Shouldly;

namespace ImageService.Tests.Acceptance;

/// <summary>A promise with a time limit: probed until it holds.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<Task<bool>> probe, TimeSpan limit)
    {
        var started = Stopwatch.StartNew();
        while (!await probe())
        {
            (started.Elapsed < limit).ShouldBeTrue($"The promise does not hold after {limit.TotalSeconds} s.");
            await Task.Delay(50);
        }
    }
}
