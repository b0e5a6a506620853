using System.Globalization;
using System.Net;
using Hangfire;
using Hangfire.States;
using ImageService.Core.Invalidation;
using ImageService.Core.Messaging;
using ImageService.Core.Metering;
using ImageService.Tests.Api.Uploads;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using ImageService.Worker.Consumers;
using ImageService.Worker.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

/// <summary>What people see of the machinery behind their images: usage by layer, jobs, purges, changes as they happen, and the installation itself.</summary>
[Trait("Level", "Integration")]
[Collection(JobTables.Collection)]
public sealed class InstallationTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Usage_tells_layers_saved_bytes_and_errors()
    {
        var home = await api.NewHomeAsync();
        var asset = await home.Owner.UploadAsync(IngestionFixture.Png(300));
        var address = $"/v1/pub/{home.Slug}/site/open/img/{asset.Text("id")}/v1/w_20.webp";
        var sent = 0L;
        for (var i = 0; i < 3; i++)
        {
            using var image = await api.Anonymous().GetAsync(address);
            image.StatusCode.ShouldBe(HttpStatusCode.OK);
            sent += image.Content.Headers.ContentLength!.Value;
        }

        (await api.Anonymous().GetAsync(address.Replace("w_20", "w_9000", StringComparison.Ordinal))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await api.Anonymous()
            .GetAsync($"/v1/pub/{home.Slug}/site/open/img/01ARZ3NDEKTSV4RRFFQ69G5FAV/v1/w_20.webp")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await api.Services.GetRequiredService<UsageMeter>().FlushAsync(Ct);

        var day = (await home.Owner.GetAsync($"{home.Root}/usage").OkAsync()).Items().ShouldHaveSingleItem()!.AsObject();
        ((long)day["requests"]!, (long)day["misses"]!, (long)day["memoryHits"]!).ShouldBe((3, 1, 2));
        ((long)day["bandwidthBytes"]!).ShouldBe(sent);
        ((long)day["originalBytes"]!).ShouldBe(3 * (long)asset["sizeBytes"]!);
        ((long)day["errors"]!).ShouldBe(2);

        var slowest = (await home.Owner.GetAsync($"{home.Root}/usage/slowest").OkAsync()).Items().ShouldHaveSingleItem()!.AsObject();
        (slowest.Text("id"), slowest.Text("space")).ShouldBe((asset.Text("id"), "open"));
        await home.Owner.GetAsync($"{home.Root}/usage/slowest?limit=51").ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task An_organization_sees_its_jobs_alone_and_tries_failed_ones_again()
    {
        var (home, other) = (await api.NewHomeAsync(), await api.NewHomeAsync());
        var storage = await JobTables.MakeAsync(api.OwnerConnectionString);
        var jobs = new BackgroundJobClient(storage);
        jobs.Create<GenerateIntermediate>(job => job.RunAsync(home.Id, Guid.CreateVersion7(), 1, CancellationToken.None), new EnqueuedState("images"));
        var failed =
            jobs.Create<GeneratePresetVariants>(job => job.RunAsync(home.Id, Guid.CreateVersion7(), CancellationToken.None), new EnqueuedState("images"));
        using (var connection = storage.GetConnection())
            connection.SetJobParameter(failed, "RetryCount", "99");
        jobs.ChangeState(failed, new FailedState(new InvalidOperationException("The original cannot be read.")));
        jobs.Create<GenerateIntermediate>(job => job.RunAsync(other.Id, Guid.CreateVersion7(), 1, CancellationToken.None), new EnqueuedState("images"));

        var summary = await home.Owner.GetAsync($"{home.Root}/jobs/summary").OkAsync();
        ((long)summary["waiting"]!, (long)summary["running"]!, (long)summary["failed"]!).ShouldBe((1, 0, 1));
        summary["oldestWaitingAt"].ShouldNotBeNull();
        var first = await home.Owner.GetAsync($"{home.Root}/jobs?limit=1").OkAsync();
        first.Items().Count.ShouldBe(1);
        (await home.Owner.GetAsync($"{home.Root}/jobs?limit=1&cursor={first.Text("nextCursor")}").OkAsync()).Items().Count.ShouldBe(1);
        var line = (await home.Owner.GetAsync($"{home.Root}/jobs?state=failed").OkAsync()).Items().ShouldHaveSingleItem()!.AsObject();
        (line.Text("id"), line.Text("kind"), line.Text("reason")).ShouldBe((failed, "generate_preset_variants", "The original cannot be read."));

        await other.Owner.PostAsync($"{other.Root}/jobs/{failed}/retry").ProblemAsync(404, "not_found");
        await (await home.KeyAsync(["image:write"])).PostAsync($"{home.Root}/jobs/{failed}/retry").ProblemAsync(403, "insufficient_scope");
        await home.Owner.PostAsync($"{home.Root}/jobs/{failed}/retry").OkAsync(202);
        (await api.AsOwnerAsync(
            $"SELECT body ->> 'jobId' FROM queue.messages WHERE organization_id = '{home.Id}' AND type = 'job_retry_requested'")).ShouldBe(failed);

        var retry = new JobRetryRequested(home.Id, long.Parse(failed, CultureInfo.InvariantCulture));
        await using var worker = new ServiceCollection().AddSingleton<IBackgroundJobClient>(jobs).BuildServiceProvider();
        await new MessageRoutes().DispatchAsync(worker, new MessageEnvelope(Guid.CreateVersion7(), home.Id, JobRetryRequested.Type, Messages.Write(retry)), Ct);
        ((long)(await home.Owner.GetAsync($"{home.Root}/jobs/summary").OkAsync())["failed"]!).ShouldBe(0);
        await home.Owner.PostAsync($"{home.Root}/jobs/{failed}/retry").ProblemAsync(409, "conflict");
    }

    [Fact]
    public async Task A_message_that_was_set_aside_is_a_failed_job_and_goes_back_to_the_queue()
    {
        var home = await api.NewHomeAsync();
        await JobTables.MakeAsync(api.OwnerConnectionString);
        var id = Guid.CreateVersion7();
        await api.AsOwnerAsync(
            $"INSERT INTO queue.messages (id, organization_id, type, body, attempts, dead_at, reason) VALUES ('{id}', '{home.Id}', 'edges_stale', '{{}}', 9, now(), 'No answer.')");
        var line = (await home.Owner.GetAsync($"{home.Root}/jobs").OkAsync()).Items().ShouldHaveSingleItem()!.AsObject();
        (line.Text("kind"), line.Text("reason"), line.Text("state")).ShouldBe(("message edges_stale", "No answer.", "failed"));

        await home.Owner.PostAsync($"{home.Root}/jobs/{id}/retry").OkAsync(202);
        (await api.AsOwnerAsync($"SELECT attempts FROM queue.messages WHERE id = '{id}' AND dead_at IS NULL")).ShouldBe(0);
        await home.Owner.PostAsync($"{home.Root}/jobs/{id}/retry").ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Purges_are_listed_with_what_became_of_them_at_each_cache()
    {
        var (home, other) = (await api.NewHomeAsync(), await api.NewHomeAsync());
        var book = api.Services.GetRequiredService<PurgeBook>();
        var id = Guid.CreateVersion7();
        var message = new EdgesStale(home.Id, ["space:open"], [], []);
        await book.NoteAsync(message, id, [new PurgeResult("varnish", null), new PurgeResult("nginx", "It answered 500.")], Ct);
        await book.NoteAsync(message, id, [new PurgeResult("varnish", null), new PurgeResult("nginx", null)], Ct);
        await book.NoteAsync(message, Guid.CreateVersion7(), [new PurgeResult("nginx", "It answered 500.")], Ct);

        var purges = (await home.Owner.GetAsync($"{home.Root}/purges").OkAsync()).Items();
        purges.Select(purge => $"{purge!["edge"]} {purge["state"]} {purge["attempts"]} {purge["problem"]}")
            .ShouldBe(["nginx failed 1 It answered 500.", "nginx done 2 ", "varnish done 2 "]);
        List<string> paged = [];
        string? cursor = null;
        do
        {
            var page = await home.Owner.GetAsync($"{home.Root}/purges?limit=1&cursor={cursor}").OkAsync();
            paged.AddRange(page.Items().Select(purge => (string)purge!["edge"]!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);
        paged.ShouldBe(["nginx", "nginx", "varnish"]);
        (await other.Owner.GetAsync($"{other.Root}/purges").OkAsync()).Items().ShouldBeEmpty();
        (await home.Owner.GetAsync($"{home.Root}/edges").OkAsync()).Items().ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_watches_hears_of_changes_where_he_may_look_and_of_no_others()
    {
        var home = await api.NewHomeAsync();
        var reader = (await home.PersonAsync("viewer", "site", "open")).Client;
        using var stream = await reader.GetStreamAsync($"{home.Root}/events");
        (await stream.NextAsync()).ShouldBe("alive {\"tenant\":null,\"space\":null}");

        await home.Owner.UploadAsync(IngestionFixture.Png(310), "closed");
        await home.Owner.PostAsync($"{home.Root}/members", new { email = "new@example.com", role = "viewer" }).OkAsync(201);
        await home.Owner.UploadAsync(IngestionFixture.Png(311), "open");
        (await stream.NextAsync("alive", "usage")).ShouldBe("assets {\"tenant\":\"site\",\"space\":\"open\"}",
            "neither the other space nor the members are told");

        await (await api.NewHomeAsync()).Owner.GetAsync($"{home.Root}/events").ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task The_installation_is_shown_to_its_administrators_alone()
    {
        var home = await api.NewHomeAsync();
        var owner = await home.PersonAsync("owner");
        await owner.Client.GetAsync("/v1/system").ProblemAsync(403, "forbidden");
        await home.Owner.GetAsync("/v1/system").ProblemAsync(403, "forbidden");
        (await owner.Client.GetAsync("/v1/me").OkAsync())["administrator"]!.GetValue<bool>().ShouldBeFalse();

        await api.AsOwnerAsync($"UPDATE users SET is_administrator = true WHERE email = '{owner.Email}'");
        var system = await owner.Client.GetAsync("/v1/system").OkAsync();
        system.Text("status").ShouldBe("ready", system.ToJsonString());
        ((string?)system["stores"]![0]!["provider"], (string?)system["queue"]!["provider"]).ShouldBe(("file", "postgres"));
        system["checks"]!.AsArray().Select(check => (string)check!["name"]!).ShouldContain("database");
        (await owner.Client.GetAsync("/v1/me").OkAsync())["administrator"]!.GetValue<bool>().ShouldBeTrue();
        await api.WithKey(ApiFactory.PlatformKey).GetAsync("/v1/system").OkAsync();
    }
}
