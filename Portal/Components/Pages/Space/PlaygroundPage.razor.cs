using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Images;
using ImageService.Portal.Workspaces;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ImageService.Portal.Components.Pages.Space;

/// <summary>Any operation on any image of a space: by controls or by text, with what the service makes of it. Image and text are in the address.</summary>
public sealed partial class PlaygroundPage : LoadedPage
{
    private const int MostImages = 12;

    private readonly Dictionary<string, object?> _textAttributes = new(StringComparer.Ordinal)
    {
        ["data-testid"] = "playground-text",
        ["spellcheck"] = "false"
    };
    private Level? _of;
    private List<AssetResponse>? _assets;
    private AssetResponse? _asset;
    private OperationsDraft _draft = new();
    private OperationsFault? _fault;
    private ExplainResponse? _explained;
    private string _address = "";
    private string _text = "";
    private string? _file;
    private bool _typed;

    [Parameter]
    public required string Organization { get; set; }

    [Parameter]
    public required string Tenant { get; set; }

    [Parameter]
    public required string Space { get; set; }

    [SupplyParameterFromQuery(Name = "i")]
    private string? ImageInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "t")]
    private string? TextInAddress { get; set; }

    [Inject]
    private ImageSigner Signer { get; set; } = null!;

    [Inject]
    private ImageUrls Urls { get; set; } = null!;

    [Inject]
    private AddressQuery Query { get; set; } = null!;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    protected override string Subject => $"{At.ApiPath} {ImageInAddress}";

    private Level At => new(Organization, Tenant, Space);

    protected override async Task LoadAsync()
    {
        if (_of != At)
            (_of, _assets, _text) = (At, null, "");
        if (_assets is null)
        {
            if (Take(await Client.ListAssetsAsync(Organization, new AssetFilter(Tenant, Space) { Limit = MostImages }, Leaving)) is not { } page)
                return;
            _assets = [.. page.Items];
        }

        _asset = _assets.FirstOrDefault(asset => asset.Id == ImageInAddress);
        if (_asset is null && ImageInAddress is not null
            && (await Client.GetAssetAsync(Organization, ImageInAddress, Leaving)).Value is { DeletedAt: null } named)
        {
            _asset = named;
            _assets.Insert(0, named);
        }

        _asset ??= _assets.FirstOrDefault();
        if (_asset is null)
            return;
        if (_text.Length == 0)
            _text = TextInAddress ?? new OperationsDraft { Format = "auto", Width = Math.Min(800, _asset.Width) }.FileName(ImageUrls.OwnExtension(_asset));
        await ReadAsync();
    }

    private Task WriteAsync(string text)
    {
        (_text, _typed) = (text.Trim(), true);
        Go(("t", _text));
        return ReadAsync();
    }

    private Task DrawAsync(OperationsDraft draft)
    {
        (_text, _typed) = (draft.FileName(ImageUrls.OwnExtension(_asset!)), false);
        Go(("t", _text));
        return ReadAsync(draft);
    }

    /// <summary>Sets the controls by the text where they can say it, and asks the service what it makes of it.</summary>
    /// <param name="said">What the controls say, where they wrote the text.</param>
    private async Task ReadAsync(OperationsDraft? said = null)
    {
        var (text, asset) = (_text, _asset!);
        var draft = said ?? OperationsDraft.Read(text);
        (_draft, _file) = (draft ?? _draft, draft is null ? text : null);
        _address = Urls.Of(Organization, asset, asset.Version, Uri.EscapeDataString(text));
        var answer = await Client.ExplainAsync(Organization, new ExplainRequest(_address, PretendedVisitor.All[0].Accept), Leaving);
        var fault = answer.IsSuccess ? null : await FindFaultAsync(answer.Problem);
        if (text != _text || asset != _asset)
            return;
        (_explained, _fault) = (answer.Value, fault);
        StateHasChanged();
    }

    /// <summary>The address itself tells where in the text the fault is.</summary>
    private async Task<OperationsFault> FindFaultAsync(ApiProblem problem)
    {
        var url = await Signer.AccessAsync(Organization, _asset!, _address, Leaving);
        if (url.Value is null)
            return new OperationsFault(problem.Text, null, 0);
        await using var module = await Script.InvokeAsync<IJSObjectReference>("import", Leaving, "./js/portal.js");
        return await module.InvokeAsync<OperationsFault?>("faultOf", Leaving, url.Value) ?? new OperationsFault(problem.Text, null, 0);
    }

    private async Task SavePresetAsync()
    {
        var operations = _text.LastIndexOf('.') is > 0 and var dot ? _text[..dot] : _text;
        if (await Dialogs.EditPresetAsync(At, null, operations) is not { } request)
            return;
        if ((await DoAsync(Client.CreatePresetAsync(At, request, Leaving), $"{request.Name ?? request.Slug} is saved")).IsSuccess)
            Navigation.NavigateTo($"{At.Address}/presets/{request.Slug}");
    }

    private void Go(params (string Name, string? Value)[] changes) => Query.Set(replaces: true, changes);
}
