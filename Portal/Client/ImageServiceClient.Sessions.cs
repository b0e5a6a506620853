using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    public Task<ApiAnswer<SessionTokenResponse>> SignInAsync(SignInRequest request, CancellationToken ct) =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/v1/sessions") { Content = JsonContent.Create(request, ApiJson.Default.SignInRequest) },
            null,
            ApiJson.Default.SessionTokenResponse,
            ct);

    public Task<ApiAnswer<SessionTokenResponse>> RedeemTicketAsync(RedeemTicketRequest request, CancellationToken ct) =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/v1/sessions/oidc") { Content = JsonContent.Create(request, ApiJson.Default.RedeemTicketRequest) },
            null,
            ApiJson.Default.SessionTokenResponse,
            ct);

    public Task<ApiAnswer<JsonElement>> SignOutAsync(CancellationToken ct) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/v1/sessions/current"), null, ApiJson.Default.JsonElement, ct);

    public Task<ApiAnswer<PersonResponse>> GetMeAsync(CancellationToken ct) => GetAsync("/v1/me", null, ApiJson.Default.PersonResponse, ct);
}
