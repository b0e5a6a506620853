using System.Text;
using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    public Task<ApiAnswer<IReadOnlyList<HostResponse>>> ListHostsAsync(Level space, CancellationToken ct) =>
        GetAllAsync<HostResponse>($"{space.ApiPath}/hosts", null, ct);

    public Task<ApiAnswer<HostResponse>> CreateHostAsync(Level space, CreateHostRequest request, CancellationToken ct) =>
        SendAsync<CreateHostRequest, HostResponse>(HttpMethod.Post, $"{space.ApiPath}/hosts", request, null, ct);

    /// <summary>Looks for the challenge now.</summary>
    public Task<ApiAnswer<HostResponse>> VerifyHostAsync(Level space, string hostname, CancellationToken ct) =>
        PostAsync<HostResponse>($"{space.ApiPath}/hosts/{Uri.EscapeDataString(hostname)}/verify", null, ct);

    public Task<ApiAnswer<JsonElement>> DeleteHostAsync(Level space, string hostname, CancellationToken ct) =>
        DeleteAsync($"{space.ApiPath}/hosts/{Uri.EscapeDataString(hostname)}", null, ct);

    /// <summary>The first hundred of a host, or the one of a path.</summary>
    public Task<ApiAnswer<Page<AliasResponse>>> ListAliasesAsync(Level space, string hostname, string? path, CancellationToken ct) =>
        GetAsync<Page<AliasResponse>>(
        $"{space.ApiPath}/aliases?limit=100&hostname={Uri.EscapeDataString(hostname)}{(string.IsNullOrEmpty(path) ? "" : $"&path={Uri.EscapeDataString(path)}")}", null, ct);

    /// <summary>Writes a list of comma-separated values with the columns hostname, path and asset.</summary>
    public Task<ApiAnswer<AliasImportResponse>> ImportAliasesAsync(Level space, string csv, CancellationToken ct) => SendAsync<AliasImportResponse>(
        new HttpRequestMessage(HttpMethod.Post, $"{space.ApiPath}/aliases") { Content = new StringContent(csv, Encoding.UTF8, "text/csv") }, null, ct);

    public Task<ApiAnswer<JsonElement>> DeleteAliasAsync(Level space, Guid id, CancellationToken ct) => DeleteAsync($"{space.ApiPath}/aliases/{id}", null, ct);
}
