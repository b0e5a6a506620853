using System.Net;
using System.Text.Json.Nodes;
using ImageService.Tests.Api.Uploads;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Assets;

[Trait("Level", "Integration")]
public sealed class VersionDeletionTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task An_old_version_goes_for_good_with_its_quota_and_the_others_stay()
    {
        var (home, id, first) = await TwoVersionsAsync(200);
        var before = await HeldAsync(home);
        var image = new Uri((string)first["urls"]!["original"]!).PathAndQuery;
        (await api.Anonymous().GetAsync(image)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await home.Owner.DeleteAsync($"/v1/assets/{id}/versions/1")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await Probe.UntilAsync(async () => (await api.Anonymous().GetAsync(image)).StatusCode == HttpStatusCode.NotFound, "the version's images are 404");
        (await api.Anonymous().GetAsync(image.Replace("/v1/original", "/v2/original", StringComparison.Ordinal))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await home.Owner.GetAsync($"/v1/assets/{id}/versions").OkAsync()).Items().Select(item => (int)item!["version"]!).ShouldBe([2]);
        await home.Owner.GetAsync($"/v1/assets/{id}/content?version=1").ProblemAsync(404, "not_found");
        (await HeldAsync(home)).ShouldBe(before - (long)first["sizeBytes"]!);
        await home.Owner.DeleteAsync($"/v1/assets/{id}/versions/1").ProblemAsync(404, "not_found");

        var next = await home.Owner.PutAsync($"/v1/assets/{id}/content", Sending.Form(IngestionFixture.Png(202), false, "c.png")).OkAsync();
        ((int)next["version"]!).ShouldBe(3);
        var line = (await home.Owner.GetAsync($"{home.Root}/audit-logs?action=asset_version.deleted").OkAsync()).Items().ShouldHaveSingleItem();
        ((string?)line!["resource"]!["id"], (string?)line["actor"]!["type"]).ShouldBe(($"{id}/v1", "api_key"));
    }

    [Fact]
    public async Task What_may_not_be_deleted_stays()
    {
        var (home, id, _) = await TwoVersionsAsync(210);
        await home.Owner.DeleteAsync($"/v1/assets/{id}/versions/2").ProblemAsync(409, "conflict");
        foreach (var unknown in (string[])["3", "0", "-1", "x", "99999999999"])
            await home.Owner.DeleteAsync($"/v1/assets/{id}/versions/{unknown}").ProblemAsync(404, "not_found");
        await home.Owner.DeleteAsync($"/v1/assets/{id}/versions/1", ("If-Match", "\"0\"")).ProblemAsync(412, "precondition_failed");
        await (await home.KeyAsync(["image:read", "image:write"])).DeleteAsync($"/v1/assets/{id}/versions/1").ProblemAsync(403, "insufficient_scope");
        await (await api.NewHomeAsync()).Owner.DeleteAsync($"/v1/assets/{id}/versions/1").ProblemAsync(404, "not_found");
        await home.Owner.PatchAsync($"/v1/assets/{id}", new { retainUntil = DateTimeOffset.UtcNow.AddDays(1) }).OkAsync();
        await home.Owner.DeleteAsync($"/v1/assets/{id}/versions/1").ProblemAsync(403, "retention_locked");
        (await home.Owner.GetAsync($"/v1/assets/{id}/versions").OkAsync()).Items().Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_earlier_version_is_restored_as_the_newest_and_those_between_stay()
    {
        var (home, id, first) = await TwoVersionsAsync(230);
        await home.Owner.PostAsync($"/v1/assets/{id}/versions/1/restore", null, ("If-Match", "\"0\"")).ProblemAsync(412, "precondition_failed");
        var restored = await home.Owner.PostAsync($"/v1/assets/{id}/versions/1/restore").OkAsync();
        ((int)restored["version"]!, restored.Text("contentHash")).ShouldBe((3, first.Text("contentHash")));
        (await home.Owner.GetAsync($"/v1/assets/{id}/versions").OkAsync()).Items().Select(item => (int)item!["version"]!).ShouldBe([3, 2, 1]);
        ((int)(await home.Owner.PostAsync($"/v1/assets/{id}/versions/1/restore").OkAsync())["version"]!).ShouldBe(3, "it is shown already");

        await home.Owner.PostAsync($"/v1/assets/{id}/versions/9/restore").ProblemAsync(404, "not_found");
        await (await home.KeyAsync(["image:read"])).PostAsync($"/v1/assets/{id}/versions/2/restore").ProblemAsync(403, "insufficient_scope");
        await (await api.NewHomeAsync()).Owner.PostAsync($"/v1/assets/{id}/versions/1/restore").ProblemAsync(404, "not_found");
    }

    private async Task<(ApiHome Home, string Id, JsonObject First)> TwoVersionsAsync(int seed)
    {
        var home = await api.NewHomeAsync();
        var first = await home.Owner.UploadAsync(IngestionFixture.Png(seed));
        await home.Owner.PutAsync($"/v1/assets/{first.Text("id")}/content", Sending.Form(IngestionFixture.Png(seed + 1), false, "b.png")).OkAsync();
        return (home, first.Text("id"), first);
    }

    private async Task<long> HeldAsync(ApiHome home) => Convert.ToInt64(
        await api.AsOwnerAsync($"SELECT used FROM quota_counters WHERE scope_id = '{home.Id}' AND kind = 'storage_bytes'"),
        System.Globalization.CultureInfo.InvariantCulture);
}
