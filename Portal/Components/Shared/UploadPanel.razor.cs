using System.Text.Json;
using ImageService.Portal.Client;
using ImageService.Portal.Images;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ImageService.Portal.Components.Shared;

/// <summary>Takes files by drop or choice. The browser sends them straight to the portal's upload address; this component only hears how far they are.</summary>
public sealed partial class UploadPanel : ComponentBase, IAsyncDisposable
{
    private readonly SortedDictionary<int, UploadState> _files = [];
    private ElementReference _zone;
    private ElementReference _input;
    private IJSObjectReference? _module;
    private IJSObjectReference? _uploads;
    private DotNetObjectReference<UploadPanel>? _self;
    private string? _configured;

    [Parameter, EditorRequired]
    public required string Organization { get; set; }

    [Parameter, EditorRequired]
    public required string Tenant { get; set; }

    [Parameter, EditorRequired]
    public required string Space { get; set; }

    [Parameter, EditorRequired]
    public required string Folder { get; set; }

    /// <summary>Raised when every file that waited has been sent.</summary>
    [Parameter]
    public EventCallback Uploaded { get; set; }

    [JSInvokable]
    public void Queued(int id, string name, long size)
    {
        _files[id] = new UploadState(id, name, size);
        StateHasChanged();
    }

    [JSInvokable]
    public void Progressed(int id, double fraction)
    {
        if (!_files.TryGetValue(id, out var file)) return;
        file.Fraction = fraction;
        StateHasChanged();
    }

    [JSInvokable]
    public void Finished(int id, int status, string text)
    {
        if (!_files.TryGetValue(id, out var file)) return;
        file.Finish(status, text);
        StateHasChanged();
    }

    [JSInvokable]
    public Task AllFinished() => InvokeAsync(Uploaded.InvokeAsync);

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_uploads is not null)
            {
                await _uploads.InvokeVoidAsync("dispose");
                await _uploads.DisposeAsync();
            }

            if (_module is not null) await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and its handlers with it.
        }

        _self?.Dispose();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            _configured = Folder;
            _module = await Script.InvokeAsync<IJSObjectReference>("import", "./js/portal.js");
            _uploads = await _module.InvokeAsync<IJSObjectReference>("uploads", _zone, _input, _self, new
            {
                address = $"/o/{Uri.EscapeDataString(Organization)}/uploads",
                token = Antiforgery.GetAntiforgeryToken()?.Value,
                fields = new { tenant = Tenant, space = Space, folder = Folder },
            });
        }
        else if (_uploads is not null && _configured != Folder)
        {
            _configured = Folder;
            await _uploads.InvokeVoidAsync("configure", new { folder = Folder });
        }
    }
}

/// <summary>How far one file is.</summary>
internal sealed class UploadState(int id, string name, long sizeBytes)
{
    public int Id => id;

    public string Name => name;

    /// <summary>0 to 1 of the bytes that have left the browser.</summary>
    public double Fraction { get; set; }

    public bool IsFinished { get; private set; }

    /// <summary>Why it was refused; null otherwise.</summary>
    public string? Problem { get; private set; }

    public string State { get; private set; } = "waiting";

    public string Text => IsFinished ? State : Fraction > 0 ? $"{Fraction:P0} of {Sizes.Write(sizeBytes)}" : State;

    /// <summary>Reads the answer of the Api.</summary>
    /// <param name="status">HTTP status; 0 where the connection broke.</param>
    /// <param name="body">JSON of the asset or of the problem.</param>
    public void Finish(int status, string body)
    {
        IsFinished = true;
        (State, Problem) = status switch
        {
            201 => ("uploaded", null),
            200 => ("was there already", null),
            0 => ("failed", "The connection broke. Choose the file again to repeat it."),
            401 => ("failed", "Your session has ended. Sign in again."),
            _ => ("refused", ReadProblem(status, body)),
        };
    }

    private static string ReadProblem(int status, string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ApiJson.Default.ApiProblem)?.Text ?? $"The service answered {status}.";
        }
        catch (JsonException)
        {
            return $"The service answered {status}.";
        }
    }
}
