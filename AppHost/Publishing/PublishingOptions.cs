namespace ImageService.AppHost.Publishing;

/// <summary>What a deployment is called, section <c>Publishing</c>: <c>--Publishing:ImageTag=1.4.0</c>.</summary>
internal sealed class PublishingOptions
{
    public const string Section = "Publishing";

    /// <summary>Registry and path before each service's name.</summary>
    public string ImagePrefix { get; init; } = "imageservice/";

    /// <summary>Tag of the images, and the version in the name of the migrations' Job.</summary>
    public string ImageTag { get; init; } = "latest";

    /// <summary>Namespace that the overlays put everything into.</summary>
    public string Namespace { get; init; } = "imageservice";

    /// <summary>Host name of image URLs and of the API.</summary>
    public string ImagesHost { get; init; } = "images.example.com";

    /// <summary>Host name of the portal.</summary>
    public string PortalHost { get; init; } = "portal.example.com";

    /// <summary>The image of a service's project: <c>imageservice/api:latest</c>.</summary>
    public string ImageOf(IProjectMetadata project)
    {
        var name = Path.GetFileNameWithoutExtension(project.ProjectPath);
#pragma warning disable CA1308 // repositories of images are lower case
        return $"{ImagePrefix}{name.ToLowerInvariant()}:{ImageTag}";
#pragma warning restore CA1308
    }
}
