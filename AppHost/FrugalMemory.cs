namespace ImageService.AppHost;

/// <summary>How services keep memory.</summary>
internal static class FrugalMemory
{
    /// <summary>
    /// glibc: two arenas, and free memory given back from 128 KiB on; with an arena for each thread, what one picture took stayed with its thread.
    /// .NET: a young generation of 16 MiB (hexadecimal); by default it is as large as the processor's cache or larger, and what it once took is kept
    /// (docs/configuration.md).
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithFrugalMemory(this IResourceBuilder<ProjectResource> service) =>
        service.WithEnvironment("MALLOC_ARENA_MAX", "2").WithEnvironment("MALLOC_TRIM_THRESHOLD_", "131072").WithEnvironment("DOTNET_GCgen0size", "1000000");
}
