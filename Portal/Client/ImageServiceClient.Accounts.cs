using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    /// <summary>Accepts an invitation with a new account.</summary>
    public Task<ApiAnswer<SessionTokenResponse>> AcceptInvitationAsync(AcceptInvitationRequest request, CancellationToken ct) =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/v1/invitations/accept") { Content = JsonContent.Create(request, ApiJson.Default.AcceptInvitationRequest) },
            null,
            ApiJson.Default.SessionTokenResponse,
            ct);

    /// <summary>Asks for a reset link by mail; the answer does not tell whether there is such an account.</summary>
    public Task<ApiAnswer<JsonElement>> RequestPasswordResetAsync(RequestPasswordResetRequest request, CancellationToken ct) =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/v1/password-resets") { Content = JsonContent.Create(request, ApiJson.Default.RequestPasswordResetRequest) },
            null,
            ApiJson.Default.JsonElement,
            ct);

    /// <summary>Sets a new password by the token of a reset link.</summary>
    public Task<ApiAnswer<JsonElement>> CompletePasswordResetAsync(CompletePasswordResetRequest request, CancellationToken ct) =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/v1/password-resets/complete") { Content = JsonContent.Create(request, ApiJson.Default.CompletePasswordResetRequest) },
            null,
            ApiJson.Default.JsonElement,
            ct);
}
