namespace ImageService.AppHost.Publishing;

/// <summary>What the images of the services are called, section <c>Publishing</c>.</summary>
internal sealed class ImageNames
{
    public const string Section = "Publishing";

    /// <summary>Registry and path before each service's name.</summary>
    public string ImagePrefix { get; init; } = "imageservice/";

    public string ImageTag { get; init; } = "latest";

    /// <summary>The image of a service's project: <c>imageservice/api:latest</c>.</summary>
    public string Of(IProjectMetadata project)
    {
        var name = Path.GetFileNameWithoutExtension(project.ProjectPath);
#pragma warning disable CA1308 // repositories of images are lower case
        return $"{ImagePrefix}{name.ToLowerInvariant()}:{ImageTag}";
#pragma warning restore CA1308
    }
}
