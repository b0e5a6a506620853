using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    public Task<ApiAnswer<IReadOnlyList<WebhookResponse>>> ListWebhooksAsync(string organization, CancellationToken ct) =>
        GetAllAsync<WebhookResponse>(Webhooks(organization), null, ct);

    public Task<ApiAnswer<WebhookSecretResponse>> CreateWebhookAsync(string organization, CreateWebhookRequest request, CancellationToken ct) =>
        SendAsync<CreateWebhookRequest, WebhookSecretResponse>(HttpMethod.Post, Webhooks(organization), request, null, ct);

    public Task<ApiAnswer<WebhookResponse>> UpdateWebhookAsync(string organization, Guid id, UpdateWebhookRequest request, CancellationToken ct) =>
        SendAsync<UpdateWebhookRequest, WebhookResponse>(HttpMethod.Patch, $"{Webhooks(organization)}/{id}", request, null, ct);

    /// <summary>A new secret; the one before stops at once.</summary>
    public Task<ApiAnswer<WebhookSecretResponse>> RotateWebhookAsync(string organization, Guid id, CancellationToken ct) =>
        PostAsync<WebhookSecretResponse>($"{Webhooks(organization)}/{id}/rotate", null, ct);

    public Task<ApiAnswer<JsonElement>> DeleteWebhookAsync(string organization, Guid id, CancellationToken ct) =>
        DeleteAsync($"{Webhooks(organization)}/{id}", null, ct);

    /// <summary>The newest hundred.</summary>
    public Task<ApiAnswer<Page<WebhookDeliveryResponse>>> ListDeliveriesAsync(string organization, Guid id, CancellationToken ct) =>
        GetAsync<Page<WebhookDeliveryResponse>>($"{Webhooks(organization)}/{id}/deliveries?limit=100", null, ct);

    public Task<ApiAnswer<WebhookDeliveryResponse>> RedeliverAsync(string organization, Guid id, Guid delivery, CancellationToken ct) =>
        PostAsync<WebhookDeliveryResponse>($"{Webhooks(organization)}/{id}/deliveries/{delivery}/redeliver", null, ct);

    private static string Webhooks(string organization) => $"{new Level(organization).ApiPath}/webhooks";
}
