using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Images;
using Microsoft.AspNetCore.Components;

namespace ImageService.Portal.Components.Pages.Space;

/// <summary>One preset as it is in force at a level: what it is, how it looks, and what it was before.</summary>
public sealed partial class PresetPage : LoadedPage
{
    private const int MostPictures = 6;

    private PresetResponse? _preset;
    private IReadOnlyList<PresetRevisionResponse>? _revisions;
    private List<(AssetResponse Asset, string Url)> _pictures = [];

    [Parameter]
    public required string Organization { get; set; }

    [Parameter]
    public string? Tenant { get; set; }

    [Parameter]
    public string? Space { get; set; }

    [Parameter]
    public required string Slug { get; set; }

    [Inject]
    private ImageSigner Signer { get; set; } = null!;

    [Inject]
    private ImageUrls Urls { get; set; } = null!;

    protected override string Subject => $"{At.ApiPath} {Slug}";

    private Level At => new(Organization, Tenant, Space);

    /// <summary>The level where the preset is set.</summary>
    private Level Home => At.Above.First(level => level.Kind == _preset!.Level);

    private bool IsOwn => _preset!.Level == At.Kind;

    protected override async Task LoadAsync()
    {
        if (Take(await Client.ListPresetsAsync(At, Leaving)) is not { } presets)
            return;
        _preset = presets.FirstOrDefault(preset => preset.Slug == Slug);
        if (_preset is null)
        {
            Problem = ApiProblem.NotFound("There is no such preset here");
            return;
        }

        _revisions = Take(await Client.ListPresetRevisionsAsync(Home, Slug, Leaving))?.Items;
        if (Space is not null && Workspace.May("image:read", At))
            await DrawAsync();
    }

    private async Task DrawAsync()
    {
        var images = (await Client.ListAssetsAsync(Organization, new AssetFilter(Tenant!, Space!) { Limit = MostPictures }, Leaving)).Value?.Items ?? [];
        var drawn =
            await Task.WhenAll(images.Select(
                async asset =>
                    (Asset: asset, (await Signer.AccessAsync(Organization, asset,
                        Urls.Of(Organization, asset, asset.Version, $"preset_{Slug}.{ImageUrls.OwnExtension(asset)}"), Leaving)).Value)));
        _pictures = [.. drawn.Where(one => one.Value is not null).Select(one => (one.Asset, one.Value!))];
    }

    private Task CompareAsync(PresetRevisionResponse revision)
    {
        var asset = _pictures[0].Asset;
        return Dialogs.CompareAsync(Organization, asset, Of(revision.Revision, revision.Operations), Of(_preset!.Revision, _preset.Operations));

        ComparedImage Of(int number, string operations) => new($"Revision {number}", asset.Version, $"{operations}.{ImageUrls.OwnExtension(asset)}");
    }

    /// <param name="operations">What the form begins with; null for those in force.</param>
    private async Task EditAsync(string? operations)
    {
        if (await Dialogs.EditPresetAsync(At, _preset, operations) is { } request)
            await DoAsync(IsOwn ? Client.RevisePresetAsync(At, request, Leaving) : Client.CreatePresetAsync(At, request, Leaving),
                $"{request.Name ?? request.Slug} is saved");
    }
}
