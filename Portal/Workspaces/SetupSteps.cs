using ImageService.Portal.Client;

namespace ImageService.Portal.Workspaces;

/// <summary>How far a new organization is: each step needs the one before it.</summary>
public sealed record SetupSteps
{
    /// <summary>The first tenant; null where there is none.</summary>
    public required TenantResponse? Tenant { get; init; }

    /// <summary>The first space; null where there is none.</summary>
    public required SpaceResponse? Space { get; init; }

    /// <summary>The newest image; null where there is none.</summary>
    public required AssetResponse? Image { get; init; }

    /// <summary>Whether an image was asked for by its address.</summary>
    public required bool HasServed { get; init; }

    /// <summary>Whether a program has a key.</summary>
    public required bool HasKey { get; init; }

    /// <summary>Steps in their order, with whether each is done.</summary>
    public IReadOnlyList<(string Name, bool IsDone)> All =>
    [
        ("Make a tenant", Tenant is not null), ("Make a space", Space is not null), ("Upload an image", Image is not null), ("Use its address", HasServed),
        ("Make an API key", HasKey),
    ];

    public bool IsDone => All.All(static step => step.IsDone);

    /// <summary>Reads how far it is.</summary>
    /// <returns>The steps, or why they cannot be told.</returns>
    internal static async Task<ApiAnswer<SetupSteps>> ReadAsync(ImageServiceClient client, Workspace workspace, string organization, DateTimeOffset now,
        CancellationToken ct)
    {
        var at = new Level(organization);
        var places = await workspace.PlacesAsync(organization, ct);
        if (!places.IsSuccess)
            return new ApiAnswer<SetupSteps>(null, places.Problem);
        var (images, keys, usage) = (
            client.ListAssetsAsync(organization, new AssetFilter("", "") { Limit = 1 }, ct),
            client.ListApiKeysAsync(organization, ct),
            client.GetUsageAsync(organization, now.AddDays(-365), now.AddMinutes(1), "tenant", ct));
        var first = places.Value.FirstOrDefault(static place => place.Spaces.Count > 0) ?? (places.Value is [var only, ..] ? only : null);
        if ((await images).Problem is { } problem)
            return new ApiAnswer<SetupSteps>(null, problem);
        var steps = new SetupSteps
        {
            Tenant = first?.Tenant,
            Space = first?.Spaces is [var space, ..] ? space : null,
            Image = (await images).Value!.Items is [var image, ..] ? image : null,
            HasServed = (await usage).Value?.Items.Any(static item => item.Requests > 0) ?? false,
            HasKey = !workspace.May("key:write", at)
                || ((await keys).Value?.Any(static key => key.RevokedAt is null && key.LastUsedAt is not null) ?? false)
                || ((await keys).Value?.Count(static key => key.RevokedAt is null) ?? 0) > 1,
        };
        return new ApiAnswer<SetupSteps>(steps, null);
    }
}
