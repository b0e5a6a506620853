using ImageService.Core.Overlays;

namespace ImageService.Api.ControlPlane.Overlays;

/// <summary>An overlay to be looked at before it is saved.</summary>
/// <param name="Elements">As for an overlay.</param>
/// <param name="Width">Of the picture, px, 16 to 2000; 1200 where left out.</param>
/// <param name="Height">Likewise; 630 where left out.</param>
/// <param name="Texts">Values of variables: the first is <c>{t1}</c>'s. At most 9 of at most 200 characters; null leaves one unsaid.</param>
internal sealed record PreviewOverlayRequest(OverlayElementDocument?[]? Elements, int? Width, int? Height, string?[]? Texts);

/// <summary>A drawn overlay.</summary>
/// <param name="Image">A <c>data:</c> URL of a WebP.</param>
internal sealed record OverlayPreviewResponse(string Image);
