using System.Runtime.InteropServices;
using ImageService.Core.Engine;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Unit")]
public sealed class CodecSupportTests
{
    [Theory]
    [InlineData(Architecture.Arm64, true)]
    [InlineData(Architecture.X64, false)]
    public async Task Where_heic_and_jpeg_xl_cannot_be_read_the_start_says_so(Architecture architecture, bool isSaid)
    {
        using var logs = new CapturedLogs();
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(logs));
        await new CodecSupport(architecture, factory.CreateLogger<CodecSupport>()).StartAsync(TestContext.Current.CancellationToken);
        logs.Lines.Any(line => line.Contains("HEIC and JPEG XL originals are refused", StringComparison.Ordinal)).ShouldBe(isSaid);
    }
}
