using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Storage;

namespace ImageService.Api.Uploads;

/// <summary>Refuses uploads before their bytes are read while the object store takes no writes: within seconds, also where it hangs.</summary>
internal sealed class UploadAdmission(RequestDelegate next, StoreProbe probe, ILogger<UploadAdmission> logger)
{
    private static readonly Error NoWrites = new(ErrorCode.StorageUnavailable,
        "The object store takes no uploads at the moment. Try again shortly.")
    { RetryAfter = TimeSpan.FromSeconds(10) };

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<OpenToPages>() is not null && Writes(http.Request.Method)
            && await probe.JudgeAsync(http.RequestAborted) is { } problem)
        {
            Log.StoreTakesNoWrites(logger, problem);
            await Problems.WriteAsync(http, NoWrites);
            return;
        }

        await next(http);
    }

    private static bool Writes(string method) => HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method);
}
