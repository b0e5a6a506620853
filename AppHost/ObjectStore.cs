namespace ImageService.AppHost;

/// <summary>Where originals and variants lie.</summary>
/// <param name="Configure">Tells a service where that is, and lets it wait for it.</param>
internal sealed record ObjectStore(Action<IResourceBuilder<ProjectResource>> Configure);
