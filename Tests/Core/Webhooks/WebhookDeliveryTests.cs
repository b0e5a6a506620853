using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ImageService.Core.Outbound;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using ImageService.Core.Webhooks;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Webhooks;

[Trait("Level", "Integration")]
public sealed class WebhookDeliveryTests(RegistryFixture registry) : IClassFixture<RegistryFixture>, IAsyncLifetime
{
    private readonly byte[] _secret = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SecretProtector _protector = new(
        Options.Create(new SecretsOptions { MasterKey = Convert.ToBase64String(new byte[31].Append((byte)7).ToArray()) }));
    private readonly Endpoint _endpoint = new();
    private TestOrganization _place = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _endpoint.StartAsync();
        _place = await registry.NewOrganizationAsync();
    }

    public ValueTask DisposeAsync() => _endpoint.DisposeAsync();

    [Fact]
    public async Task An_event_reaches_its_endpoint_signed_and_is_noted_as_delivered()
    {
        await HookAsync(_endpoint.Url, WebhookEvents.AssetUploaded);
        var id = (await AnnounceAsync(WebhookEvents.AssetUploaded)).ShouldHaveSingleItem();
        (await Sender().AttemptAsync(_place.OrganizationId, id, Ct)).ShouldBe(new WebhookAttempt(1, 204, null, null));

        var call = _endpoint.Calls.ShouldHaveSingleItem();
        WebhookSignature.Verify(_secret, call.Body, call.Signature, _time.GetUtcNow(), TimeSpan.FromMinutes(5)).ShouldBeTrue();
        var body = JsonNode.Parse(call.Body)!;
        ((string?)body["event"], (string?)body["data"]!["name"]).ShouldBe(("asset.uploaded", "shoe"));
        (await RowAsync(id)).DeliveredAt.ShouldBe(_time.GetUtcNow());
        (await Sender().AttemptAsync(_place.OrganizationId, id, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Only_webhooks_that_asked_for_the_event_and_may_see_the_tenant_are_told()
    {
        await HookAsync(_endpoint.Url, WebhookEvents.AssetDeleted);
        await HookAsync(_endpoint.Url, WebhookEvents.AssetUploaded, enabled: false);
        await HookAsync(_endpoint.Url, WebhookEvents.AssetUploaded, tenantId: _place.TenantId);
        (await Events().AnnounceAsync(_place.OrganizationId, Guid.CreateVersion7(), WebhookEvents.AssetUploaded, Guid.CreateVersion7(), [],
            Ct)).ShouldBeEmpty();
        (await AnnounceAsync(WebhookEvents.AssetUploaded)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_fact_announced_twice_is_delivered_once()
    {
        await HookAsync(_endpoint.Url, WebhookEvents.AssetUploaded);
        var fact = Guid.CreateVersion7();
        var first = await Events().AnnounceAsync(_place.OrganizationId, _place.TenantId, WebhookEvents.AssetUploaded, fact, [], Ct);
        var second = await Events().AnnounceAsync(_place.OrganizationId, _place.TenantId, WebhookEvents.AssetUploaded, fact, [], Ct);
        second.ShouldBe(first);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Sender().AttemptAsync(_place.OrganizationId, first[0], Ct)));
        _endpoint.Calls.Count.ShouldBe(1);
        (await Events().AnnounceAsync(_place.OrganizationId, _place.TenantId, WebhookEvents.AssetUploaded, fact, [], Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failing_endpoint_is_tried_again_with_growing_delays_and_given_up_within_a_day()
    {
        _endpoint.Status = 500;
        await HookAsync(_endpoint.Url, WebhookEvents.AssetUploaded);
        var id = (await AnnounceAsync(WebhookEvents.AssetUploaded)).Single();
        var started = _time.GetUtcNow();
        List<TimeSpan> delays = [];
        while (await Sender().AttemptAsync(_place.OrganizationId, id, Ct) is { NextAt: { } next })
        {
            (await Sender().AttemptAsync(_place.OrganizationId, id, Ct)).ShouldBeNull("it is not due yet");
            delays.Add(next - _time.GetUtcNow());
            _time.SetUtcNow(next);
        }

        delays.ShouldBe(delays.Order());
        (_time.GetUtcNow() - started).ShouldBeLessThan(TimeSpan.FromDays(1));
        var row = await RowAsync(id);
        (row.LastStatusCode, row.LastError, row.DeliveredAt).ShouldBe((500, "The endpoint answered 500.", null));
        row.AbandonedAt.ShouldNotBeNull();
        row.Attempts.ShouldBe(_endpoint.Calls.Count);
    }

    [Theory]
    [InlineData(6, true)]
    [InlineData(4, false)]
    public async Task A_webhook_that_took_nothing_for_days_is_switched_off_and_the_log_says_so(int days, bool isOff)
    {
        _endpoint.Status = 500;
        await HookAsync(_endpoint.Url, WebhookEvents.AssetUploaded);
        _time.Advance(TimeSpan.FromDays(days - 1));
        var id = (await AnnounceAsync(WebhookEvents.AssetUploaded)).Single();
        _time.Advance(TimeSpan.FromDays(1));
        (await Sender().AttemptAsync(_place.OrganizationId, id, Ct))!.NextAt.ShouldBeNull();

        await using var db = registry.Registry.ForOrganization(_place.OrganizationId);
        (await db.Webhooks.SingleAsync(Ct)).Enabled.ShouldBe(!isOff);
        (await db.AuditLogs.AnyAsync(line => line.Action == "webhook.updated", Ct)).ShouldBe(isOff);
    }

    [Fact]
    public async Task An_endpoint_that_recovers_gets_the_very_same_event()
    {
        _endpoint.Status = 503;
        await HookAsync(_endpoint.Url, WebhookEvents.AssetUploaded);
        var id = (await AnnounceAsync(WebhookEvents.AssetUploaded)).Single();
        var next = (await Sender().AttemptAsync(_place.OrganizationId, id, Ct))!.NextAt!.Value;
        (_endpoint.Status, _) = (200, 0);
        _time.SetUtcNow(next);
        (await Sender().AttemptAsync(_place.OrganizationId, id, Ct))!.Error.ShouldBeNull();
        _endpoint.Calls.Select(call => call.Body).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_private_address_is_never_called_and_a_redirect_is_not_followed()
    {
        await HookAsync(_endpoint.Url, WebhookEvents.AssetUploaded);
        var id = (await AnnounceAsync(WebhookEvents.AssetUploaded)).Single();
        (await Sender(trusted: false).AttemptAsync(_place.OrganizationId, id, Ct))!.Status.ShouldBeNull();
        _endpoint.Calls.ShouldBeEmpty();

        _time.Advance(TimeSpan.FromHours(1));
        _endpoint.Status = 307;
        (await Sender().AttemptAsync(_place.OrganizationId, id, Ct))!.Error.ShouldBe("The endpoint answered 307.");
        _endpoint.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_endpoint_that_says_nothing_is_left_after_the_time_limit()
    {
        _endpoint.Hangs = true;
        await HookAsync(_endpoint.Url, WebhookEvents.AssetUploaded);
        var id = (await AnnounceAsync(WebhookEvents.AssetUploaded)).Single();
        (await Sender(timeout: TimeSpan.FromMilliseconds(200)).AttemptAsync(_place.OrganizationId, id, Ct))!.Error!.ShouldContain("did not answer");
    }

    private WebhookEvents Events() => new(registry.Registry, _time);

    private WebhookSender Sender(bool trusted = true, TimeSpan? timeout = null) => new(
        registry.Registry,
        _protector,
        new GuardedHttpClient(Options.Create(new OutboundOptions { TrustedFetchHosts = trusted ? [new Uri(_endpoint.Url).Authority] : [] })),
        Options.Create(new WebhookOptions { Timeout = timeout ?? TimeSpan.FromSeconds(10) }),
        _time);

    private Task<IReadOnlyList<Guid>> AnnounceAsync(string name) =>
        Events().AnnounceAsync(_place.OrganizationId, _place.TenantId, name, Guid.CreateVersion7(), new JsonObject { ["name"] = "shoe" }, Ct);

    private async Task HookAsync(string url, string name, bool enabled = true, Guid? tenantId = null)
    {
        await using var db = registry.Registry.ForOrganization(_place.OrganizationId);
        db.Webhooks.Add(new Webhook
        {
            OrganizationId = _place.OrganizationId, TenantId = tenantId, Url = url, Events = [name], ProtectedSecret = _protector.Protect(_secret),
            Enabled = enabled, CreatedAt = _time.GetUtcNow(), UpdatedAt = _time.GetUtcNow(),
        });
        await db.SaveChangesAsync(Ct);
    }

    private async Task<WebhookDelivery> RowAsync(Guid id)
    {
        await using var db = registry.Registry.ForOrganization(_place.OrganizationId);
        return await db.WebhookDeliveries.AsNoTracking().SingleAsync(row => row.Id == id, Ct);
    }

    /// <summary>Someone else's server.</summary>
    private sealed class Endpoint : IAsyncDisposable
    {
        private WebApplication? _app;

        public int Status { get; set; } = 204;

        public bool Hangs { get; set; }

        public ConcurrentQueue<(string Body, string Signature)> Calls { get; } = new();

        public string Url => _app!.Urls.Single() + "/hook";

        public async Task StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            _app = builder.Build();
            _app.MapPost("/hook", async context =>
            {
                using var reader = new StreamReader(context.Request.Body);
                Calls.Enqueue((await reader.ReadToEndAsync(context.RequestAborted), context.Request.Headers[WebhookSignature.Header].ToString()));
                if (Hangs) await Task.Delay(Timeout.Infinite, context.RequestAborted);
                context.Response.StatusCode = Status;
                if (Status == 307) context.Response.Headers.Location = Url;
            });
            await _app.StartAsync();
        }

        public ValueTask DisposeAsync() => _app!.DisposeAsync();
    }
}
