using Microsoft.OpenApi;

namespace ImageService.Api.OpenApi;

/// <summary>
/// What requests must hold. Handlers judge members themselves, so that a missing one is a problem that says what it takes: to the serializer all of them
/// may be missing,
/// and to the generator, which sees parameters of constructors, all of them are needed. The table tells the truth; a test calls every route without each of
/// them.
/// </summary>
internal static class RequestShapes
{
    private const string Suffix = "Request";

    private static readonly Dictionary<string, string[]> Needed = new(StringComparer.Ordinal)
    {
        ["AcceptInvitation"] = ["token"],
        ["Bulk"] = ["ids", "action"],
        ["ChangePassword"] = ["present", "password"],
        ["CompletePasswordReset"] = ["token", "password"],
        ["ConfirmPassword"] = ["password"],
        ["ConfirmTotp"] = ["secret", "code"],
        ["CreateAlias"] = ["hostname", "path", "asset"],
        ["CreateApiKey"] = ["name", "scopes"],
        ["CreateHost"] = ["hostname", "dialect"],
        ["CreateOrganization"] = ["slug", "name"],
        ["CreateOverlay"] = ["slug", "elements"],
        ["CreatePreset"] = ["slug", "operations"],
        ["CreateSpace"] = ["slug", "name"],
        ["CreateTenant"] = ["slug", "name"],
        ["CreateWebhook"] = ["url", "events"],
        ["Fetch"] = ["url", "tenant", "space"],
        ["Import"] = ["tenant", "space"],
        ["InviteMember"] = ["email", "role"],
        ["PreviewOverlay"] = ["elements"],
        ["Presign"] = ["tenant", "space"],
        ["RedeemTicket"] = ["ticket"],
        ["RequestPasswordReset"] = ["email"],
        ["SetIdentityProvider"] = ["authority", "clientId"],
        ["SetPolicy"] = ["value"],
        ["Sign"] = ["url"],
        ["SignIn"] = ["email", "password"],
        ["UpdateMember"] = ["role"],
    };

    /// <summary>Requests need what the table says and take nothing else; answers may get members that no caller knows yet.</summary>
    public static void Correct(string name, OpenApiSchema shape)
    {
        if (!name.EndsWith(Suffix, StringComparison.Ordinal))
        {
            shape.AdditionalPropertiesAllowed = true;
            return;
        }

        var needed = Needed.GetValueOrDefault(name[..^Suffix.Length], []);
        shape.Required = needed.Length == 0 ? null : new HashSet<string>(needed, StringComparer.Ordinal);
    }
}
