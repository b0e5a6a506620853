using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageService.Portal.Client;

/// <summary>How the portal's own records are read and written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SignInRequest))]
[JsonSerializable(typeof(RedeemTicketRequest))]
[JsonSerializable(typeof(SessionTokenResponse))]
[JsonSerializable(typeof(AcceptInvitationRequest))]
[JsonSerializable(typeof(RequestPasswordResetRequest))]
[JsonSerializable(typeof(CompletePasswordResetRequest))]
[JsonSerializable(typeof(PersonResponse))]
[JsonSerializable(typeof(Page<TenantResponse>))]
[JsonSerializable(typeof(Page<SpaceResponse>))]
[JsonSerializable(typeof(Page<PresetResponse>))]
[JsonSerializable(typeof(Page<AssetResponse>))]
[JsonSerializable(typeof(Page<FolderResponse>))]
[JsonSerializable(typeof(Page<VariantResponse>))]
[JsonSerializable(typeof(ItemsResponse<VersionResponse>))]
[JsonSerializable(typeof(SignRequest))]
[JsonSerializable(typeof(SignResponse))]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ApiJson : JsonSerializerContext;
