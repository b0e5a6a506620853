using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Engine;

/// <summary>Says at start where HEIC originals cannot be taken: their decoder is there for x64 only, and elsewhere each upload of one is refused.</summary>
internal sealed class HeicSupport(Architecture architecture, ILogger<HeicSupport> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (architecture is not Architecture.X64)
            Log.NoHeic(logger, architecture);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
