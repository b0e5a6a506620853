namespace ImageService.Worker.Jobs;

/// <summary>The lines jobs wait in. Each has its own workers, so that images never keep webhooks or housekeeping waiting.</summary>
internal static class JobQueues
{
    /// <summary>Transforms: as many at once as the machine has cores.</summary>
    public const string Images = "images";

    /// <summary>Calls to other people's servers: slow, but no work.</summary>
    public const string Webhooks = "webhooks";

    /// <summary>Recurring housekeeping and imports.</summary>
    public const string Housekeeping = "default";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Images, Webhooks, Housekeeping];
}
