namespace ImageService.Portal;

/// <summary>Answers HEAD of a page as GET without the body (RFC 9110 section 9.3.2); the pages' own routes take GET and POST alone.</summary>
internal static class HeadOfPages
{
    public static void UseHeadOfPages(this WebApplication app) => app.Use(static async (context, next) =>
    {
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await next(context);
            return;
        }

        context.Request.Method = HttpMethods.Get;
        context.Response.Body = Stream.Null;
        try
        {
            await next(context);
        }
        finally
        {
            context.Request.Method = HttpMethods.Head;
        }
    });
}
