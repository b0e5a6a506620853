using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Engine;
using ImageService.Core.Operations;
using ImageService.Core.Overlays;
using ImageService.Core.Registry;
using ImageService.Core.Variants;

namespace ImageService.Api.ControlPlane.Overlays;

/// <summary>Draws an overlay's elements on a plain ground; nothing is kept.</summary>
internal static class OverlayPreviewEndpoint
{
    private const int LeastSide = 16;
    private const int MostSide = 2000;
    private const int MostText = 200;
    private static readonly PixelSize Card = new(1200, 630);

    public static void MapPreview(this RouteGroupBuilder overlays, string level, string of) =>
        overlays.MapPost("/preview", Preview).RequireScope(Scopes.PresetWrite)
            .Describe($"preview{level}Overlay", "Draw an overlay without saving it, as" + of, "On a plain ground, as a data: URL. Nothing is kept or counted.")
            .Answers<OverlayPreviewResponse>().Fails(400, 403, 404, 422, 503);

    private static async Task<IResult> Preview(PreviewOverlayRequest request, Visit visit, RegistryFactory registry, OverlayPreview preview,
        CancellationToken ct)
    {
        var size = new PixelSize(request.Width ?? Card.Width, request.Height ?? Card.Height);
        if (size.Width is < LeastSide or > MostSide || size.Height is < LeastSide or > MostSide)
            return Problems.Invalid($"width and height must be from {LeastSide} to {MostSide}.").ToProblem();
        if (request.Texts is { Length: > OverlayTexts.Count } || request.Texts?.Any(static text => text is { Length: > MostText }) == true)
            return Problems.Invalid($"texts must be at most {OverlayTexts.Count} of at most {MostText} characters.").ToProblem();
        string elements;
        await using (var db = registry.ForOrganization(visit.At.OrganizationId))
        {
            if (!(await OverlayParts.FixAsync(db, visit.Caller, request.Elements, ct)).TryGet(out elements!, out var error))
                return error.ToProblem();
        }

        return (await preview.DrawAsync(visit.At.OrganizationId, OverlayElements.Read(elements).Value, TextsOf(request.Texts), size, ct)).TryGet(out var drawn,
            out var failure)
            ? Results.Ok(new OverlayPreviewResponse($"data:{drawn.Format.MediaType()};base64,{Convert.ToBase64String(drawn.Bytes.Span)}"))
            : failure.ToProblem();
    }

    private static OverlayTexts? TextsOf(string?[]? texts)
    {
        OverlayTexts? all = null;
        for (var i = 0; i < (texts?.Length ?? 0); i++)
        {
            if (texts![i] is { } text)
                all = OverlayTexts.Of(i + 1, text).Over(all);
        }

        return all;
    }
}
