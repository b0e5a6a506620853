using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    public Task<ApiAnswer<SessionTokenResponse>> SignInAsync(SignInRequest request, CancellationToken ct) =>
        SendAsync<SignInRequest, SessionTokenResponse>(HttpMethod.Post, "/v1/sessions", request, null, ct);

    public Task<ApiAnswer<SessionTokenResponse>> RedeemTicketAsync(RedeemTicketRequest request, CancellationToken ct) =>
        SendAsync<RedeemTicketRequest, SessionTokenResponse>(HttpMethod.Post, "/v1/sessions/oidc", request, null, ct);

    public Task<ApiAnswer<JsonElement>> SignOutAsync(CancellationToken ct) =>
        DeleteAsync("/v1/sessions/current", null, ct);

    public Task<ApiAnswer<PersonResponse>> GetMeAsync(CancellationToken ct) => GetAsync<PersonResponse>("/v1/me", null, ct);
}
