using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    public Task<ApiAnswer<IReadOnlyList<MemberResponse>>> ListMembersAsync(string organization, CancellationToken ct) =>
        GetAllAsync<MemberResponse>(Members(organization), null, ct);

    public Task<ApiAnswer<MemberResponse>> InviteMemberAsync(string organization, InviteMemberRequest request, CancellationToken ct) =>
        SendAsync<InviteMemberRequest, MemberResponse>(HttpMethod.Post, Members(organization), request, null, ct);

    /// <summary>A new link; the one before stops working.</summary>
    public Task<ApiAnswer<MemberResponse>> RenewInvitationAsync(string organization, Guid id, CancellationToken ct) =>
        PostAsync<MemberResponse>($"{Members(organization)}/{id}/invitation", null, ct);

    public Task<ApiAnswer<MemberResponse>> UpdateMemberAsync(string organization, Guid id, string role, CancellationToken ct) =>
        SendAsync<UpdateMemberRequest, MemberResponse>(HttpMethod.Patch, $"{Members(organization)}/{id}", new UpdateMemberRequest(role), null, ct);

    public Task<ApiAnswer<JsonElement>> RemoveMemberAsync(string organization, Guid id, CancellationToken ct) =>
        DeleteAsync($"{Members(organization)}/{id}", null, ct);

    private static string Members(string organization) => $"{new Level(organization).ApiPath}/members";
}
