using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Uploads;

/// <summary>Uploads to a machine whose decoders are killed from outside: 503 is no verdict, so nothing of it stays.</summary>
[Trait("Level", "Integration")]
public sealed class BusyDecoderTests(BusyDecoderTests.BusyApi api) : IClassFixture<BusyDecoderTests.BusyApi>
{
    private static readonly (string, string) Resumable = ("Tus-Resumable", "1.0.0");

    [Fact]
    public async Task A_503_of_an_upload_is_not_stored_by_its_key()
    {
        var home = await api.NewHomeAsync();
        var bytes = IngestionFixture.Png(201);
        api.IsBusy = true;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            using var refused = await home.Owner.PostAsync("/v1/assets", Sending.Form(bytes, "open"), ("Idempotency-Key", "busy"));
            (refused.Headers.RetryAfter is not null, refused.Headers.Contains("Idempotency-Replayed")).ShouldBe((true, false));
            await Task.FromResult(refused).ProblemAsync(503, "overloaded");
        }

        api.IsBusy = false;
        using var made = await home.Owner.PostAsync("/v1/assets", Sending.Form(bytes, "open"), ("Idempotency-Key", "busy"));
        made.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        var asset = await Task.FromResult(made).OkAsync(201);
        using var again = await home.Owner.PostAsync("/v1/assets", Sending.Form(bytes, "open"), ("Idempotency-Key", "busy"));
        again.Headers.GetValues("Idempotency-Replayed").Single().ShouldBe("true");
        (await Task.FromResult(again).OkAsync(201)).Text("id").ShouldBe(asset.Text("id"));
    }

    [Fact]
    public async Task A_tus_upload_stays_after_a_503_and_is_finished_without_its_bytes_being_sent_again()
    {
        var home = await api.NewHomeAsync();
        var bytes = IngestionFixture.Png(202);
        var location = await CreateAsync(home, bytes.Length);
        api.IsBusy = true;
        using (var refused = await PatchAsync(home, location, bytes))
        {
            refused.Headers.RetryAfter.ShouldNotBeNull();
            await Task.FromResult(refused).ProblemAsync(503, "overloaded");
        }

        using (var asked = await home.Owner.SendAsync(HttpMethod.Head, location, null, Resumable))
            (asked.StatusCode, asked.Headers.RetryAfter is not null).ShouldBe((HttpStatusCode.ServiceUnavailable, true));

        api.IsBusy = false;
        using var head = await home.Owner.SendAsync(HttpMethod.Head, location, null, Resumable);
        (head.StatusCode, Header(head, "Upload-Offset")).ShouldBe((HttpStatusCode.OK, Text(bytes.Length)));
        var asset = await home.Owner.GetAsync($"/v1/assets/{Header(head, "X-Asset-Id")}").OkAsync();
        asset.Text("contentHash").ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private static async Task<string> CreateAsync(ApiHome home, int length)
    {
        var metadata = string.Join(',', new[] { ("filename", "busy.png"), ("tenant", "site"), ("space", "open") }
            .Select(pair => $"{pair.Item1} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Item2))}"));
        using var created = await home.Owner.SendAsync(
            HttpMethod.Post, "/v1/uploads", null, Resumable, ("Upload-Length", Text(length)), ("Upload-Metadata", metadata));
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        return created.Headers.Location!.ToString();
    }

    private static Task<HttpResponseMessage> PatchAsync(ApiHome home, string location, byte[] bytes)
    {
        var content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/offset+octet-stream") } };
        return home.Owner.SendAsync(HttpMethod.Patch, location, content, Resumable, ("Upload-Offset", "0"));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    /// <summary>An Api whose decoders end as the kernel ends a process while the machine is busy.</summary>
    public sealed class BusyApi(PostgresServer postgres, RedisServer redis) : ApiFactory(postgres, redis)
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("busy-decoder-");

        public bool IsBusy
        {
            set
            {
                if (value)
                    File.WriteAllText(Mark, "");
                else
                    File.Delete(Mark);
            }
        }

        protected override Dictionary<string, string> Settings => new() { ["Engine:DecoderPath"] = Script() };

        private string Mark => Path.Combine(_folder.FullName, "busy");

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _folder.Delete(recursive: true);
        }

        private string Script()
        {
            var start = DecoderProgram.StartInfo(new EngineOptions(), _folder.FullName, 1 << 30);
            var path = Path.Combine(_folder.FullName, "decoder.sh");
            File.WriteAllText(path, $"#!/bin/sh\n[ -e {Mark} ] && kill -KILL $$\nexec {start.FileName} {start.ArgumentList[0]} \"$@\"\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return path;
        }
    }
}
