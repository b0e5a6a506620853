namespace ImageService.AppHost;

/// <summary>How glibc keeps memory in services that work on pixels; elsewhere the variables say nothing.</summary>
internal static class Allocator
{
    /// <summary>
    /// Two arenas, and free memory given back from 128 KiB on: with an arena for each thread, what one picture took stayed with its thread
    /// (docs/configuration.md).
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithFewArenas(this IResourceBuilder<ProjectResource> service) =>
        service.WithEnvironment("MALLOC_ARENA_MAX", "2").WithEnvironment("MALLOC_TRIM_THRESHOLD_", "131072");
}
