using System.Globalization;
using System.Net;
using ImageService.Tests.Api.Uploads;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class PresetAndPolicyTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task A_preset_is_created_revised_listed_and_deleted_at_each_level()
    {
        var home = await api.NewHomeAsync();
        foreach (var level in (string[])["", "/tenants/site", "/tenants/site/spaces/open"])
        {
            var presets = $"{home.Root}{level}/presets";
            (await home.Owner.PostAsync(presets, new { slug = "card", operations = "w_400-h_300-f_cover" }).OkAsync(201)).ShouldSatisfyAllConditions(
                preset => preset.Text("name").ShouldBe("card"),
                preset => ((int)preset["revision"]!).ShouldBe(1));
            await home.Owner.PostAsync(presets, new { slug = "card", operations = "w_1" }).ProblemAsync(409, "slug_taken");
            var revised = await home.Owner.PutAsync($"{presets}/card", new { operations = "w_500", autoGenerate = true, matchFolders = (string[])["/shoes"] })
                .OkAsync();
            ((int)revised["revision"]!).ShouldBe(2);
            (await home.Owner.GetAsync($"{presets}/card").OkAsync()).Text("operations").ShouldBe("w_500");
            (await home.Owner.GetAsync(presets).OkAsync()).Items().Count.ShouldBe(1);
            (await home.Owner.GetAsync($"{presets}/card/revisions").OkAsync()).Items()
                .Select(row => (string?)row!["operations"]).ShouldBe(["w_500", "w_400-h_300-f_cover"]);
        }

        var inForce = (await home.Owner.GetAsync($"{home.Root}/tenants/site/spaces/open/presets?effective=true").OkAsync()).Items();
        inForce.Count.ShouldBe(1);
        ((string?)inForce[0]!["level"]).ShouldBe("space");
        await home.Owner.DeleteAsync($"{home.Root}/tenants/site/spaces/open/presets/card").OkAsync(204);
        inForce = (await home.Owner.GetAsync($"{home.Root}/tenants/site/spaces/open/presets?effective=true").OkAsync()).Items();
        ((string?)inForce[0]!["level"]).ShouldBe("tenant");
    }

    [Fact]
    public async Task A_preset_may_be_sent_back_as_it_was_read()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "card", operations = "w_400" }).OkAsync(201);
        var preset = await home.Owner.GetAsync($"{home.Root}/presets/card").OkAsync();
        preset["operations"] = "w_500";
        var revised = await home.Owner.PutAsync($"{home.Root}/presets/card", preset).OkAsync();
        (revised.Text("operations"), (int)revised["revision"]!).ShouldBe(("w_500", 2));
    }

    [Fact]
    public async Task A_policy_tells_who_set_it_at_each_level_and_when()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("owner");
        var space = $"{home.Root}/tenants/site/spaces/open/policies/variant_budget";
        var set = await person.Client.PutAsync($"{home.Root}/policies/variant_budget", new { value = 700 }).OkAsync();
        set.Text("updatedBy").ShouldBe((await person.Client.GetAsync("/v1/me").OkAsync()).Text("email"));
        DateTimeOffset.Parse(set.Text("updatedAt"), CultureInfo.InvariantCulture).ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        (await home.Owner.GetAsync(space).OkAsync())["updatedBy"].ShouldBeNull("the space sets nothing itself");
        await home.Owner.PutAsync(space, new { value = 600 }).OkAsync();
        var listed = (await home.Owner.GetAsync($"{home.Root}/tenants/site/spaces/open/policies").OkAsync()).Items();
        ((string?)listed.Single(row => (string?)row!["key"] == "variant_budget")!["updatedBy"]).ShouldNotBe(set.Text("updatedBy"));
        listed.Single(row => (string?)row!["key"] == "quality_default")!["updatedAt"].ShouldBeNull();
    }

    [Fact]
    public async Task What_a_change_would_do_is_told_before_it_is_made()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PutAsync($"{home.Root}/policies/width_ladder", new { value = Array.Empty<int>() }).OkAsync(); // widths below are meant as they stand
        var asset = await home.Owner.UploadAsync(IngestionFixture.Png(320));
        await home.Owner.UploadAsync(IngestionFixture.Png(321));
        var presets = $"{home.Root}/presets";
        await home.Owner.PostAsync(presets, new { slug = "card", operations = "w_30-h_20-f_cover" }).OkAsync(201);
        var image = $"/v1/pub/{home.Slug}/site/open/img/{asset.Text("id")}/v1/";
        foreach (var file in (string[])["preset_card.webp", "w_20.webp", "w_20.jpg"])
            (await api.Anonymous().GetAsync(image + file)).StatusCode.ShouldBe(HttpStatusCode.OK);

        var effect = await home.Owner.PutAsync($"{presets}/card?dryRun=true", new { operations = "w_50", autoGenerate = true }).OkAsync();
        ((long)effect["staleVariants"]!, (long)effect["newVariants"]!).ShouldBe((1, 2));
        ((long)effect["bytes"]!).ShouldBeGreaterThan(0);
        (await home.Owner.GetAsync($"{presets}/card").OkAsync()).ShouldSatisfyAllConditions(
            preset => ((int)preset["revision"]!).ShouldBe(1), preset => preset["autoGenerate"]!.GetValue<bool>().ShouldBeFalse());
        ((long)(await home.Owner.PutAsync($"{presets}/card?dryRun=true", new { operations = "h_20-w_30-f_cover" }).OkAsync())["staleVariants"]!).ShouldBe(0,
            "it means the same");
        ((long)(await home.Owner.PostAsync($"{home.Root}/tenants/site/presets?dryRun=true", new { slug = "card", operations = "w_1" })
            .OkAsync())["staleVariants"]!).ShouldBe(1, "it would be nearer");
        ((long)(await home.Owner.PostAsync($"{presets}?dryRun=true", new { slug = "other", operations = "w_1" }).OkAsync())["staleVariants"]!).ShouldBe(0);
        await home.Owner.PostAsync($"{presets}?dryRun=true", new { slug = "card", operations = "w_1" }).ProblemAsync(409, "slug_taken");
        await home.Owner.PutAsync($"{presets}/card?dryRun=true", new { operations = "zz_1" }).ProblemAsync(400, "invalid_operations");

        async Task<long> StaleAsync(string key, object value, string at = "") =>
            (long)(await home.Owner.PutAsync($"{home.Root}{at}/policies/{key}?dryRun=true", new { value }).OkAsync())["staleVariants"]!;
        (await StaleAsync("keep_copyright", true)).ShouldBe(3);
        (await StaleAsync("preserve_hdr", true)).ShouldBe(0, "the only JPEG is an icon");
        (await StaleAsync("allowed_output_formats", (string[])["webp"])).ShouldBe(1);
        (await StaleAsync("width_ladder", (int[])[64, 128])).ShouldBe(2);
        (await StaleAsync("width_ladder", (int[])[20, 128])).ShouldBe(0);
        (await StaleAsync("max_output_width", 19)).ShouldBe(2);
        (await StaleAsync("transform_mode", "presets_only")).ShouldBe(2);
        (await StaleAsync("quality_default", new { jpg = 31 })).ShouldBe(1);
        (await StaleAsync("cache_max_age_seconds", 60)).ShouldBe(0);
        (await StaleAsync("keep_copyright", true, "/tenants/site/spaces/closed")).ShouldBe(0);
        await home.Owner.PutAsync($"{home.Root}/tenants/site/policies/keep_copyright", new { value = false }).OkAsync();
        (await StaleAsync("keep_copyright", true)).ShouldBe(0, "the tenant says otherwise");
        ((string?)(await home.Owner.GetAsync($"{home.Root}/policies/keep_copyright").OkAsync())["source"]!["level"]).ShouldBe("default");

        var own = $"{home.Root}/tenants/site/spaces/open/policies/keep_copyright";
        ((long)(await home.Owner.DeleteAsync(own + "?dryRun=true").OkAsync())["staleVariants"]!).ShouldBe(0, "there is nothing to take back");
        await home.Owner.PutAsync(own, new { value = true }).OkAsync();
        ((long)(await home.Owner.DeleteAsync(own + "?dryRun=true").OkAsync())["staleVariants"]!).ShouldBe(3);
        (await home.Owner.GetAsync(own).OkAsync())["value"]!.GetValue<bool>().ShouldBeTrue("it was only asked");
    }

    [Fact]
    public async Task A_preset_that_cannot_be_read_is_refused_with_the_place()
    {
        var home = await api.NewHomeAsync();
        (await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "bad", operations = "w_400-zz_1" })
            .ProblemAsync(400, "invalid_operations")).Text("detail").ShouldContain("zz");
        await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "bad", operations = "preset_other" }).ProblemAsync(400, "invalid_operations");
        await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "not-good", operations = "w_1" }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "x", operations = "w_1", matchFolders = (string[])["shoes"] })
            .ProblemAsync(400, "invalid_request");
        await home.Owner.PutAsync($"{home.Root}/presets/nobody", new { operations = "w_1" }).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_change_of_a_preset_is_told_to_the_worker_in_the_same_transaction()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "card", operations = "w_400", autoGenerate = true }).OkAsync(201);
        await home.Owner.PutAsync($"{home.Root}/presets/card", new { operations = "w_500" }).OkAsync();
        await home.Owner.PutAsync($"{home.Root}/presets/card", new { operations = "nonsense" }).ProblemAsync(400, "invalid_operations");

        (await api.AsOwnerAsync($"SELECT count(*) FROM queue.messages WHERE organization_id = '{home.Id}' AND type = 'preset_changed'")).ShouldBe(2L);
    }

    [Fact]
    public async Task A_policy_is_inherited_overridden_taken_back_and_locked()
    {
        var home = await api.NewHomeAsync();
        var space = $"{home.Root}/tenants/site/spaces/open/policies";
        (await home.Owner.GetAsync($"{space}/max_output_width").OkAsync())["source"]!["level"]!.GetValue<string>().ShouldBe("default");
        await home.Owner.PutAsync($"{home.Root}/policies/max_output_width", new { value = 500 }).OkAsync();
        await home.Owner.PutAsync($"{space}/max_output_width", new { value = 700 }).OkAsync();

        var own = await home.Owner.GetAsync($"{space}/max_output_width").OkAsync();
        ((int)own["value"]!, (int)own["effective"]!, (int)own["default"]!).ShouldBe((700, 700, 8192));
        await home.Owner.DeleteAsync($"{space}/max_output_width").OkAsync(204);
        var inherited = await home.Owner.GetAsync($"{space}/max_output_width").OkAsync();
        inherited["value"].ShouldBeNull();
        ((int)inherited["effective"]!).ShouldBe(500);

        await home.Owner.PutAsync($"{home.Root}/policies/max_output_width", new { value = 400, locked = true }).OkAsync();
        await home.Owner.PutAsync($"{space}/max_output_width", new { value = 300 }).ProblemAsync(403, "policy_locked");
        await home.Owner.PutAsync($"{home.Root}/tenants/site/policies/max_output_width", new { value = 300 }).ProblemAsync(403, "policy_locked");
        await home.Owner.PutAsync($"{home.Root}/policies/max_output_width", new { value = 450 }).OkAsync();
    }

    [Fact]
    public async Task A_policy_that_does_not_exist_or_does_not_fit_is_refused()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PutAsync($"{home.Root}/policies/no_such_policy", new { value = 1 }).ProblemAsync(404, "not_found");
        await home.Owner.PutAsync($"{home.Root}/policies/max_output_width", new { value = "wide" }).ProblemAsync(400, "invalid_request");
        await home.Owner.PutAsync($"{home.Root}/policies/max_output_width", new { }).ProblemAsync(400, "invalid_request");
        (await home.Owner.GetAsync($"{home.Root}/policies").OkAsync()).Items().Count.ShouldBeGreaterThan(25);
        await (await home.KeyAsync(["image:read"])).PutAsync($"{home.Root}/policies/max_output_width", new { value = 1 })
            .ProblemAsync(403, "insufficient_scope");
    }
}
