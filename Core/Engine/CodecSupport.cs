using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Engine;

/// <summary>
/// Says at start what cannot be read or written here: the codecs of HEIC and JPEG XL are there for x64 only. Elsewhere each upload of one is refused, and
/// JPEG XL is neither written nor negotiated.
/// </summary>
internal sealed class CodecSupport(Architecture architecture, ILogger<CodecSupport> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (architecture is not Architecture.X64)
            Log.NoMagick(logger, architecture);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
