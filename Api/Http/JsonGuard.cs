using Microsoft.Extensions.Options;

namespace ImageService.Api.Http;

/// <summary>
/// Reads a JSON body whole, which is at most <c>Api:MaxManagementBodyBytes</c>, and judges its <see cref="JsonShape"/> before any route makes something of
/// it. After access and rate limits: who may
/// not come has nothing read.
/// </summary>
internal sealed class JsonGuard(RequestDelegate next, IOptions<ApiOptions> options)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Request.ContentLength is 0 || !http.Request.HasJsonContentType())
        {
            await next(http);
            return;
        }

        var limit = options.Value.MaxManagementBodyBytes;
        using var whole = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 4096, limit));
        var buffer = new byte[Math.Min(16 * 1024, limit + 1)];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (whole.Length + read > limit)
            {
                await Problems.WriteAsync(http, BodyLimits.TooLarge);
                return;
            }

            whole.Write(buffer, 0, read);
        }

        if (JsonShape.Judge(whole.GetBuffer().AsSpan(0, (int)whole.Length)) is { } fault)
        {
            await Problems.WriteAsync(http, fault);
            return;
        }

        whole.Position = 0;
        var original = http.Request.Body;
        http.Request.Body = whole;
        try
        {
            await next(http);
        }
        finally
        {
            http.Request.Body = original;
        }
    }
}
