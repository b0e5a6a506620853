using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    /// <summary>Accepts an invitation with a new account.</summary>
    public Task<ApiAnswer<OpenInvitation>> ShowInvitationAsync(ShowInvitationRequest request, CancellationToken ct) =>
        SendAsync<ShowInvitationRequest, OpenInvitation>(HttpMethod.Post, "/v1/invitations/show", request, null, ct);

    public Task<ApiAnswer<SessionTokenResponse>> AcceptInvitationAsync(AcceptInvitationRequest request, CancellationToken ct) =>
        SendAsync<AcceptInvitationRequest, SessionTokenResponse>(HttpMethod.Post, "/v1/invitations/accept", request, null, ct);

    /// <summary>Asks for a reset link by mail; the answer does not tell whether there is such an account.</summary>
    public Task<ApiAnswer<JsonElement>> RequestPasswordResetAsync(RequestPasswordResetRequest request, CancellationToken ct) =>
        SendAsync<RequestPasswordResetRequest, JsonElement>(HttpMethod.Post, "/v1/password-resets", request, null, ct);

    /// <summary>Sets a new password by the token of a reset link.</summary>
    public Task<ApiAnswer<JsonElement>> CompletePasswordResetAsync(CompletePasswordResetRequest request, CancellationToken ct) =>
        SendAsync<CompletePasswordResetRequest, JsonElement>(HttpMethod.Post, "/v1/password-resets/complete", request, null, ct);

    public Task<ApiAnswer<PersonResponse>> RenameMeAsync(string name, CancellationToken ct) =>
        SendAsync<UpdateNameRequest, PersonResponse>(HttpMethod.Patch, "/v1/me", new UpdateNameRequest(name), null, ct);

    /// <summary>The person's other sessions end.</summary>
    public Task<ApiAnswer<JsonElement>> ChangePasswordAsync(ChangePasswordRequest request, CancellationToken ct) =>
        SendAsync<ChangePasswordRequest, JsonElement>(HttpMethod.Put, "/v1/me/password", request, null, ct);

    public Task<ApiAnswer<TotpEnrolmentResponse>> BeginTotpAsync(CancellationToken ct) => PostAsync<TotpEnrolmentResponse>("/v1/me/totp", null, ct);

    public Task<ApiAnswer<RecoveryCodesResponse>> ConfirmTotpAsync(ConfirmTotpRequest request, CancellationToken ct) =>
        SendAsync<ConfirmTotpRequest, RecoveryCodesResponse>(HttpMethod.Post, "/v1/me/totp/confirm", request, null, ct);

    public Task<ApiAnswer<JsonElement>> RemoveTotpAsync(string password, CancellationToken ct) =>
        SendAsync<ConfirmPasswordRequest, JsonElement>(HttpMethod.Post, "/v1/me/totp/remove", new ConfirmPasswordRequest(password), null, ct);

    public Task<ApiAnswer<ItemsResponse<SessionResponse>>> ListSessionsAsync(CancellationToken ct) =>
        GetAsync<ItemsResponse<SessionResponse>>("/v1/sessions", null, ct);

    public Task<ApiAnswer<JsonElement>> EndSessionAsync(Guid id, CancellationToken ct) => DeleteAsync($"/v1/sessions/{id}", null, ct);
}
