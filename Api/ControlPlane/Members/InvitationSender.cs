using ImageService.Api.Http;
using ImageService.Core.Identity;
using ImageService.Core.Registry;
using Microsoft.Extensions.Options;

namespace ImageService.Api.ControlPlane.Members;

/// <summary>Issues invitations and gets them to the person: by mail, or else by the inviter's hand.</summary>
internal sealed class InvitationSender(Invitations invitations, IOptions<ApiOptions> options)
{
    /// <summary>Puts a fresh invitation into a member about to be saved.</summary>
    public OpaqueToken Issue(Member member) => invitations.Issue(member);

    /// <summary>Mails a saved invitation; the link to hand over where mail is off.</summary>
    public string? Send(Member member, string organization, OpaqueToken token)
    {
        var page = new Uri(options.Value.PortalBaseUrl.TrimEnd('/') + "/invitation");
        return invitations.TryMail(member, organization, token, page) ? null : $"{page}?token={token.Text}";
    }
}
