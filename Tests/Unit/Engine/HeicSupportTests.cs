using System.Runtime.InteropServices;
using ImageService.Core.Engine;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Unit")]
public sealed class HeicSupportTests
{
    [Theory]
    [InlineData(Architecture.Arm64, true)]
    [InlineData(Architecture.X64, false)]
    public async Task Where_heic_cannot_be_decoded_the_start_says_so(Architecture architecture, bool isSaid)
    {
        using var logs = new CapturedLogs();
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(logs));
        await new HeicSupport(architecture, factory.CreateLogger<HeicSupport>()).StartAsync(TestContext.Current.CancellationToken);
        logs.Lines.Any(line => line.Contains("HEIC originals are refused", StringComparison.Ordinal)).ShouldBe(isSaid);
    }
}
