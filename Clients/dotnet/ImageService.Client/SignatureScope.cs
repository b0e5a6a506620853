namespace ImageService.Client;

/// <summary>What a signature covers.</summary>
public enum SignatureScope
{
    /// <summary>This URL alone.</summary>
    Url,

    /// <summary>The picture in every width, height, pixel ratio, quality and format: one signature for a <c>srcset</c>.</summary>
    Asset,
}
