using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using ImageService.Portal.Client;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

/// <summary>The portal has records of its own; this keeps them from drifting away from the Api's published document.</summary>
[Trait("Level", "Integration")]
public sealed partial class ContractTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Theory]
    [InlineData("post", "/v1/sessions", typeof(SignInRequest), typeof(SessionTokenResponse))]
    [InlineData("delete", "/v1/sessions/current", null, null)]
    [InlineData("get", "/v1/me", null, typeof(PersonResponse))]
    [InlineData("post", "/v1/invitations/show", typeof(ShowInvitationRequest), typeof(OpenInvitation))]
    [InlineData("post", "/v1/invitations/accept", typeof(AcceptInvitationRequest), typeof(SessionTokenResponse))]
    [InlineData("post", "/v1/password-resets", typeof(RequestPasswordResetRequest), null)]
    [InlineData("post", "/v1/password-resets/complete", typeof(CompletePasswordResetRequest), null)]
    [InlineData("get", "/v1/organizations/{}/tenants", null, typeof(Page<TenantResponse>))]
    [InlineData("get", "/v1/organizations/{}/tenants/{}/spaces", null, typeof(Page<SpaceResponse>))]
    [InlineData("get", "/v1/assets", null, typeof(Page<AssetResponse>))]
    [InlineData("get", "/v1/assets/{}", null, typeof(AssetResponse))]
    [InlineData("patch", "/v1/assets/{}", null, typeof(AssetResponse))]
    [InlineData("delete", "/v1/assets/{}", null, null)]
    [InlineData("post", "/v1/assets/{}/restore", null, typeof(AssetResponse))]
    [InlineData("get", "/v1/assets/{}/versions", null, typeof(ItemsResponse<VersionResponse>))]
    [InlineData("delete", "/v1/assets/{}/versions/{}", null, null)]
    [InlineData("get", "/v1/assets/folders", null, typeof(Page<FolderResponse>))]
    [InlineData("get", "/v1/assets/{}/variants", null, typeof(Page<VariantResponse>))]
    [InlineData("post", "/v1/sign", typeof(SignRequest), typeof(SignResponse))]
    [InlineData("post", "/v1/explain", typeof(ExplainRequest), typeof(ExplainResponse))]
    [InlineData("post", "/v1/views", typeof(ViewRequest), typeof(ViewResponse))]
    [InlineData("post", "/v1/uploads/tickets", typeof(UploadTicketRequest), typeof(UploadTicketResponse))]
    [InlineData("get", "/v1/assets/facets", null, typeof(AssetFacetsResponse))]
    [InlineData("post", "/v1/assets/bulk", typeof(BulkRequest), typeof(BulkResponse))]
    [InlineData("post", "/v1/organizations/{}/tenants", typeof(CreateTenantRequest), typeof(TenantResponse))]
    [InlineData("patch", "/v1/organizations/{}/tenants/{}", typeof(UpdateNameRequest), typeof(TenantResponse))]
    [InlineData("post", "/v1/organizations/{}/tenants/{}/spaces", typeof(CreateSpaceRequest), typeof(SpaceResponse))]
    [InlineData("patch", "/v1/organizations/{}/tenants/{}/spaces/{}", typeof(UpdateSpaceRequest), typeof(SpaceResponse))]
    [InlineData("delete", "/v1/organizations/{}/tenants/{}/spaces/{}", null, null)]
    [InlineData("get", "/v1/organizations/{}/presets", null, typeof(Page<PresetResponse>))]
    [InlineData("post", "/v1/organizations/{}/tenants/{}/spaces/{}/presets", typeof(SavePresetRequest), typeof(PresetResponse))]
    [InlineData("get", "/v1/organizations/{}/overlays", null, typeof(Page<OverlayResponse>))]
    [InlineData("post", "/v1/organizations/{}/tenants/{}/spaces/{}/overlays", typeof(SaveOverlayRequest), typeof(OverlayResponse))]
    [InlineData("put", "/v1/organizations/{}/tenants/{}/spaces/{}/overlays/{}", typeof(SaveOverlayRequest), typeof(OverlayResponse))]
    [InlineData("post", "/v1/organizations/{}/overlays/preview", typeof(PreviewOverlayRequest), typeof(OverlayPreviewResponse))]
    [InlineData("get", "/v1/organizations/{}/fonts", null, typeof(ItemsResponse<FontResponse>))]
    [InlineData("post", "/v1/organizations/{}/fonts", null, typeof(FontResponse))]
    [InlineData("put", "/v1/organizations/{}/tenants/{}/spaces/{}/presets/{}", typeof(SavePresetRequest), typeof(PresetResponse))]
    [InlineData("delete", "/v1/organizations/{}/presets/{}", null, null)]
    [InlineData("get", "/v1/organizations/{}/tenants/{}/policies", null, typeof(ItemsResponse<PolicyResponse>))]
    [InlineData("put", "/v1/organizations/{}/policies/{}", typeof(SetPolicyRequest), typeof(PolicyResponse))]
    [InlineData("delete", "/v1/organizations/{}/policies/{}", null, null)]
    [InlineData("get", "/v1/organizations/{}/members", null, typeof(Page<MemberResponse>))]
    [InlineData("post", "/v1/organizations/{}/members", typeof(InviteMemberRequest), typeof(MemberResponse))]
    [InlineData("post", "/v1/organizations/{}/members/{}/invitation", null, typeof(MemberResponse))]
    [InlineData("patch", "/v1/organizations/{}/members/{}", typeof(UpdateMemberRequest), typeof(MemberResponse))]
    [InlineData("delete", "/v1/organizations/{}/members/{}", null, null)]
    [InlineData("get", "/v1/organizations/{}/api-keys", null, typeof(Page<ApiKeyResponse>))]
    [InlineData("post", "/v1/organizations/{}/api-keys", typeof(CreateApiKeyRequest), typeof(ApiKeySecretResponse))]
    [InlineData("post", "/v1/organizations/{}/api-keys/{}/rotate", typeof(RotateRequest), typeof(ApiKeySecretResponse))]
    [InlineData("delete", "/v1/organizations/{}/api-keys/{}", null, null)]
    [InlineData("get", "/v1/organizations/{}/tenants/{}/signing-keys", null, typeof(ItemsResponse<SigningKeyResponse>))]
    [InlineData("post", "/v1/organizations/{}/tenants/{}/signing-keys/rotate", typeof(RotateRequest), typeof(SigningKeySecretResponse))]
    [InlineData("post", "/v1/organizations/{}/tenants/{}/signing-keys/{}/revoke", null, typeof(SigningKeyResponse))]
    [InlineData("get", "/v1/organizations/{}/signature-report", null, typeof(ItemsResponse<SignatureSum>))]
    [InlineData("get", "/v1/organizations/{}/tenants/{}/spaces/{}/signature-report", null, typeof(SignatureReportResponse))]
    [InlineData("get", "/v1/organizations/{}/webhooks", null, typeof(Page<WebhookResponse>))]
    [InlineData("post", "/v1/organizations/{}/webhooks", typeof(CreateWebhookRequest), typeof(WebhookSecretResponse))]
    [InlineData("patch", "/v1/organizations/{}/webhooks/{}", typeof(UpdateWebhookRequest), typeof(WebhookResponse))]
    [InlineData("post", "/v1/organizations/{}/webhooks/{}/rotate", null, typeof(WebhookSecretResponse))]
    [InlineData("delete", "/v1/organizations/{}/webhooks/{}", null, null)]
    [InlineData("get", "/v1/organizations/{}/webhooks/{}/deliveries", null, typeof(Page<WebhookDeliveryResponse>))]
    [InlineData("post", "/v1/organizations/{}/webhooks/{}/deliveries/{}/redeliver", null, typeof(WebhookDeliveryResponse))]
    [InlineData("get", "/v1/organizations/{}/usage", null, typeof(UsageResponse))]
    [InlineData("get", "/v1/organizations/{}/audit-logs", null, typeof(Page<AuditLogResponse>))]
    [InlineData("get", "/v1/organizations/{}/audit-logs/verify", null, typeof(AuditVerificationResponse))]
    [InlineData("get", "/v1/organizations/{}/identity-provider", null, typeof(IdentityProviderResponse))]
    [InlineData("put", "/v1/organizations/{}/identity-provider", typeof(SetIdentityProviderRequest), typeof(IdentityProviderResponse))]
    [InlineData("delete", "/v1/organizations/{}/identity-provider", null, null)]
    [InlineData("patch", "/v1/me", typeof(UpdateNameRequest), typeof(PersonResponse))]
    [InlineData("put", "/v1/me/password", typeof(ChangePasswordRequest), null)]
    [InlineData("post", "/v1/me/totp", null, typeof(TotpEnrolmentResponse))]
    [InlineData("post", "/v1/me/totp/confirm", typeof(ConfirmTotpRequest), typeof(RecoveryCodesResponse))]
    [InlineData("post", "/v1/me/totp/remove", typeof(ConfirmPasswordRequest), null)]
    [InlineData("get", "/v1/sessions", null, typeof(ItemsResponse<SessionResponse>))]
    [InlineData("delete", "/v1/sessions/{}", null, null)]
    [InlineData("get", "/v1/system", null, typeof(SystemResponse))]
    [InlineData("get", "/v1/organizations/{}/jobs/summary", null, typeof(JobSummaryResponse))]
    [InlineData("get", "/v1/organizations/{}/jobs", null, typeof(Page<JobResponse>))]
    [InlineData("post", "/v1/organizations/{}/jobs/{}/retry", null, null)]
    [InlineData("get", "/v1/organizations/{}/edges", null, typeof(ItemsResponse<EdgeResponse>))]
    [InlineData("get", "/v1/organizations/{}/purges", null, typeof(Page<PurgeResponse>))]
    [InlineData("get", "/v1/organizations/{}/events", null, null)]
    [InlineData("get", "/v1/organizations/{}/usage/slowest", null, typeof(ItemsResponse<SlowestResponse>))]
    [InlineData("get", "/v1/organizations/{}/usage/cost", null, typeof(CostResponse))]
    [InlineData("get", "/v1/organizations/{}/tenants/{}/spaces/{}/store-moves", null, typeof(Page<StoreMoveResponse>))]
    [InlineData("post", "/v1/organizations/{}/tenants/{}/spaces/{}/store-moves", typeof(CreateStoreMoveRequest), typeof(StoreMoveResponse))]
    [InlineData("delete", "/v1/organizations/{}/tenants/{}/spaces/{}/store-moves/{}", null, null)]
    [InlineData("get", "/v1/organizations/{}/tenants/{}/spaces/{}/presets/{}/revisions", null, typeof(ItemsResponse<PresetRevisionResponse>))]
    [InlineData("get", "/v1/organizations/{}/tenants/{}/spaces/{}/presets/{}/generation", null, typeof(PresetGenerationResponse))]
    [InlineData("delete", "/v1/organizations/{}/tenants/{}/spaces/{}/presets/{}/generation", null, null)]
    [InlineData("post", "/v1/assets/folders/move", typeof(MoveFolderRequest), typeof(MoveFolderResponse))]
    [InlineData("post", "/v1/assets/{}/versions/{}/restore", null, typeof(AssetResponse))]
    [InlineData("get", "/v1/organizations/{}/tenants/{}/spaces/{}/hosts", null, typeof(Page<HostResponse>))]
    [InlineData("post", "/v1/organizations/{}/tenants/{}/spaces/{}/hosts", typeof(CreateHostRequest), typeof(HostResponse))]
    [InlineData("post", "/v1/organizations/{}/tenants/{}/spaces/{}/hosts/{}/verify", null, typeof(HostResponse))]
    [InlineData("delete", "/v1/organizations/{}/tenants/{}/spaces/{}/hosts/{}", null, null)]
    [InlineData("get", "/v1/organizations/{}/tenants/{}/spaces/{}/aliases", null, typeof(Page<AliasResponse>))]
    [InlineData("post", "/v1/organizations/{}/tenants/{}/spaces/{}/aliases", null, null)]
    [InlineData("delete", "/v1/organizations/{}/tenants/{}/spaces/{}/aliases/{}", null, null)]
    [InlineData("get", "/v1/imports", null, typeof(Page<ImportResponse>))]
    [InlineData("post", "/v1/invalidations", typeof(InvalidateRequest), typeof(InvalidateResponse))]
    public async Task Every_route_the_portal_calls_takes_and_answers_what_the_portal_believes(string method, string path, Type? request, Type? response)
    {
        var document = await api.Anonymous().GetAsync("/openapi/v1.json").OkAsync();
        var operation = Operation(document, method, path);
        operation.ShouldNotBeNull($"The document has no {method} {path}.");
        List<string> faults = [];
        if (request is not null) Compare(document, Schema(operation["requestBody"]), request, "request", faults);
        var answers = operation["responses"]!.AsObject().Where(answer => answer.Key[0] == '2').ToList();
        if (response is not null) Compare(document, answers.Select(answer => Schema(answer.Value)).FirstOrDefault(schema => schema is not null), response,
            "response", faults);
        faults.ShouldBeEmpty();
        answers.ShouldNotBeEmpty();
    }

    private static JsonNode? Operation(JsonNode document, string method, string path) =>
        document["paths"]!.AsObject().FirstOrDefault(entry => Parameter().Replace(entry.Key.TrimEnd('/'), "{}") == path).Value?[method];

    private static JsonNode? Schema(JsonNode? body) =>
        body?["content"]?.AsObject().FirstOrDefault(content => content.Key.Contains("json", StringComparison.Ordinal)).Value?["schema"];

    private static void Compare(JsonNode document, JsonNode? schema, Type type, string where, List<string> faults)
    {
        schema = Resolve(document, schema);
        var kinds = Kinds(schema);
        var expected = KindOf(type);
        if (schema is null || (expected != "any" && kinds.Count > 0 && !kinds.Contains(expected) && !(expected == "number" && kinds.Contains("integer"))))
        {
            faults.Add($"{where}: the portal expects {expected}, the document says {(schema is null ? "nothing" : string.Join('|', kinds))}");
            return;
        }

        if (expected == "array")
        {
            Compare(document, schema["items"], ElementOf(type), where + "[]", faults);
            return;
        }

        if (expected != "object" || type.IsAssignableTo(typeof(IDictionary)) || type.Name.StartsWith("IReadOnlyDictionary", StringComparison.Ordinal)) return;
        foreach (var property in type.GetProperties().Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null))
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            if (schema["properties"]?[name] is { } member) Compare(document, member, property.PropertyType, $"{where}.{name}", faults);
            else faults.Add($"{where}.{name}: not in the document");
        }
    }

    private static JsonNode? Resolve(JsonNode document, JsonNode? schema)
    {
        while (schema?["$ref"] is { } reference) schema = document["components"]!["schemas"]![((string)reference!).Split('/')[^1]];
        var choices = (schema?["oneOf"] ?? schema?["anyOf"])?.AsArray();
        return choices is null ? schema : Resolve(document, choices.FirstOrDefault(choice => (string?)(choice!["type"] as JsonValue) != "null"));
    }

    private static List<string> Kinds(JsonNode? schema) => schema?["type"] switch
    {
        JsonArray several => [.. several.Select(kind => (string)kind!).Where(kind => kind != "null")],
        JsonValue one => [(string)one!],
        _ => [],
    };

    private static string KindOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string) || type == typeof(Guid) || type == typeof(DateTimeOffset) || type == typeof(DateOnly)) return "string";
        if (type == typeof(bool)) return "boolean";
        if (type == typeof(int) || type == typeof(long)) return "integer";
        if (type == typeof(double) || type == typeof(decimal)) return "number";
        if (type == typeof(JsonElement)) return "any";
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? "array" : "object";
    }

    private static Type ElementOf(Type type) => type.GetGenericArguments()[0];

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();
}
