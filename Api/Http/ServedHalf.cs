namespace ImageService.Api.Http;

/// <summary>The routes that a process of the Api has. Health and metrics are always there.</summary>
internal enum ServedHalf
{
    /// <summary>Every route.</summary>
    All,

    /// <summary>Image URLs alone.</summary>
    Delivery,

    /// <summary>Uploads, assets and the control plane: every route but image URLs.</summary>
    Control,
}
