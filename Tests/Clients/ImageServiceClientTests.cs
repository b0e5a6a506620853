using System.Net;
using ImageService.Client;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Mvc.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Clients;

/// <summary>The .NET client against the whole Api: uploads of both kinds, assets, presets, signatures, and what is refused.</summary>
[Trait("Level", "Integration")]
public sealed class ImageServiceClientTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_asset_is_uploaded_listed_changed_replaced_deleted_and_restored()
    {
        var (client, _) = await NewClientAsync();
        using var content = new MemoryStream(Pictures.Jpeg(320, 200, 70_001));
        var asset = await client.UploadAsync(content,
            new UploadDetails("site", "open", "Größe \"1\".jpg") { Folder = "/shoes", Tags = ["red", "summer"], Access = ImageAccess.Public }, Ct);
        content.CanRead.ShouldBeTrue("the caller's stream stays open");
        (asset.Width, asset.Height, asset.Version, asset.Folder, asset.Filename).ShouldBe((320, 200, 1, "/shoes", "Größe \"1\".jpg"));
        asset.Tags.ShouldBe(["red", "summer"]);
        ThumbHash.Decode(asset.ThumbHash).ShouldNotBeNull();
        (await client.GetAssetAsync(asset.Id, Ct)).ContentHash.ShouldBe(asset.ContentHash);

        var second = await client.UploadAsync(new MemoryStream(Pictures.Jpeg(64, 64, 70_002)), new UploadDetails("site", "open", "b.jpg"), Ct);
        List<string> all = [];
        await foreach (var item in client.EnumerateAssetsAsync(new AssetFilter { Tenant = "site", Space = "open", Limit = 1 }, Ct))
            all.Add(item.Id);
        all.ShouldBe([second.Id, asset.Id]);
        (await client.ListAssetsAsync(new AssetFilter { Tag = "red", Folder = "/shoes", UnusedDays = 1, Sort = "unused" }, ct: Ct)).Items
            .Select(item => item.Id).ShouldBe([asset.Id]);

        var seen = await client.GetAssetAsync(asset.Id, Ct);
        var changed = await client.UpdateAssetAsync(asset.Id, new AssetChange { Filename = "c.jpg", FocalPoint = new FocalPoint(0.2, 0.8) }, seen.ETag, Ct);
        (changed.Filename, changed.FocalPoint).ShouldBe(("c.jpg", new FocalPoint(0.2, 0.8)));
        var stale = await Should.ThrowAsync<ImageServiceException>(() =>
            client.UpdateAssetAsync(asset.Id, new AssetChange { Filename = "d.jpg" }, seen.ETag, Ct));
        stale.Status.ShouldBe(HttpStatusCode.PreconditionFailed);

        (await client.ReplaceContentAsync(asset.Id, new MemoryStream(Pictures.Jpeg(100, 100, 70_003)), ct: Ct)).Version.ShouldBe(2);
        (await client.ListVersionsAsync(asset.Id, Ct)).Select(version => (version.Version, version.Current))
            .ShouldBe([(2, true), (1, false)], ignoreOrder: true);
        await client.DeleteAssetAsync(asset.Id, Ct);
        (await Should.ThrowAsync<ImageServiceException>(() => client.GetAssetAsync(asset.Id, Ct))).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.RestoreAssetAsync(asset.Id, Ct)).DeletedAt.ShouldBeNull();
    }

    [Fact]
    public async Task A_private_image_opens_by_signatures_of_the_service_and_of_the_client_alike()
    {
        var (client, home) = await NewClientAsync();
        var asset = await client.UploadAsync(new MemoryStream(Pictures.Jpeg(320, 200, 70_004)), new UploadDetails("site", "closed", "a.jpg"), Ct);
        asset.Access.ShouldBe(ImageAccess.Private);
        var url = asset.Url(new ImageOperations { Width = 64, Greyscale = true }).ToString();
        var signed = await client.SignAsync(url, TimeSpan.FromMinutes(5), SignatureScope.Asset, Ct);
        signed.ExpiresIn.ShouldBe(300);
        var rotated = await home.Owner.PostAsync($"{home.Root}/tenants/site/signing-keys/rotate", new { graceSeconds = 600 }).OkAsync(201);
        var tenant = await home.Owner.GetAsync($"{home.Root}/tenants/site").OkAsync();
        var own = new ImageUrlSigner(new SigningKey(rotated.Text("kid"), rotated.Text("secret"), Guid.Parse(tenant.Text("id"))))
            .Sign(url, TimeSpan.FromMinutes(5), SignatureScope.Asset);
        foreach (var opened in (string[])[signed.Url, own])
        {
            foreach (var candidate in (string[])[opened, Srcset.Resize(opened, 32), Srcset.Resize(opened, 16, ImageFormat.Png)])
                (await StatusAsync(candidate)).ShouldBe(HttpStatusCode.OK, candidate);
            (await StatusAsync(opened.Replace("-bw", "", StringComparison.Ordinal))).ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task Presets_are_made_read_revised_and_deleted()
    {
        var (client, home) = await NewClientAsync();
        var level = new Level(home.Slug, "site", "open");
        var made = await client.CreatePresetAsync(level,
            new PresetContent("card", new ImageOperations { Width = 400, AspectRatio = "4:3" }.ToString()) { Name = "Card" }, Ct);
        (made.Slug, made.Operations, made.Revision).ShouldBe(("card", "w_400-ar_4:3", 1));
        var seen = await client.GetPresetAsync(level, "card", Ct);
        (await client.UpdatePresetAsync(level, new PresetContent("card", "w_500"), seen.ETag, Ct)).Revision.ShouldBe(2);
        (await Should.ThrowAsync<ImageServiceException>(() =>
            client.UpdatePresetAsync(level, new PresetContent("card", "w_600"), seen.ETag, Ct))).Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await client.ListPresetsAsync(level, Ct)).Select(preset => preset.Operations).ShouldBe(["w_500"]);
        await client.DeletePresetAsync(level, "card", Ct);
        (await client.ListPresetsAsync(level, Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refusal_tells_status_code_and_reason()
    {
        var (client, home) = await NewClientAsync();
        var refused = await Should.ThrowAsync<ImageServiceException>(() =>
            client.UploadAsync(new MemoryStream("no picture"u8.ToArray()), new UploadDetails("site", "open", "a.jpg"), Ct));
        (refused.Status, refused.IsTransient).ShouldBe((HttpStatusCode.UnsupportedMediaType, false));
        refused.Code.ShouldNotBeNullOrEmpty();
        refused.TraceId.ShouldNotBeNullOrEmpty();
        refused.Message.ShouldContain(refused.Detail!);
        (await Should.ThrowAsync<ImageServiceException>(() =>
            client.CreatePresetAsync(new Level(home.Slug), new PresetContent("p", "w_0"), Ct))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Should.ThrowAsync<ImageServiceException>(() =>
            new ImageServiceClient(api.CreateClient(), "imgsvc_none.none").GetAssetAsync("x", Ct))).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_resumable_upload_goes_on_after_a_broken_connection_and_a_busy_service()
    {
        var faults = new Faults();
        var (client, _) = await NewClientAsync(faults);
        var picture = Pictures.Png(200, 200, 70_005);
        List<long> stored = [];
        var options = new ResumableUploadOptions { PieceBytes = (picture.Length / 4) + 1, Progress = new Told(stored) };
        faults.Next(1, _ => throw new HttpRequestException("The connection broke."));
        faults.Next(3, _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Headers = { { "Retry-After", "0" } } });
        var asset = await client.UploadResumableAsync(new MemoryStream(picture), new UploadDetails("site", "open", "größe.png") { Tags = ["a", "b"] }, options,
            Ct);
        (asset.SizeBytes, asset.Filename, string.Join(',', asset.Tags)).ShouldBe((picture.Length, "größe.png", "a,b"));
        asset.ContentHash.ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(picture)));
        faults.Pieces.ShouldBe(6);
        stored.ShouldBe(stored.Order());
        stored[^1].ShouldBe(picture.Length);
    }

    [Fact]
    public async Task Another_process_takes_an_upload_up_where_it_stands()
    {
        var faults = new Faults();
        var (client, _) = await NewClientAsync(faults);
        var picture = Pictures.Png(200, 200, 70_006);
        Uri? upload = null;
        using var crash = new CancellationTokenSource();
        faults.Next(1, _ =>
        {
            crash.Cancel();
            throw new HttpRequestException("The process died.");
        });
        var options = new ResumableUploadOptions
        {
            PieceBytes = picture.Length / 2,
            Created = (created, _) => { upload = created; return ValueTask.CompletedTask; }
        };
        await Should.ThrowAsync<Exception>(() =>
            client.UploadResumableAsync(new MemoryStream(picture), new UploadDetails("site", "open", "a.png"), options, crash.Token));

        await Should.ThrowAsync<InvalidDataException>(() =>
            client.UploadResumableAsync(new MemoryStream(picture, 1, picture.Length - 1), new UploadDetails("site", "open", "a.png"),
            new() { Upload = upload }, Ct));
        List<long> stored = [];
        var asset = await client.UploadResumableAsync(new MemoryStream(picture), new UploadDetails("site", "open", "a.png"),
            new() { Upload = upload, Progress = new Told(stored) }, Ct);
        asset.SizeBytes.ShouldBe(picture.Length);
        stored[0].ShouldBe(picture.Length / 2);
    }

    [Fact]
    public async Task An_upload_that_is_refused_for_good_is_not_tried_again()
    {
        var faults = new Faults();
        var (client, _) = await NewClientAsync(faults);
        var refused = await Should.ThrowAsync<ImageServiceException>(() =>
            client.UploadResumableAsync(new MemoryStream("no picture"u8.ToArray()), new UploadDetails("site", "open", "a.png"), null, Ct));
        refused.Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        faults.Pieces.ShouldBe(1);
        (await Should.ThrowAsync<ImageServiceException>(() =>
            client.UploadResumableAsync(new MemoryStream([1]), new UploadDetails("site", "none", "a.png"), null, Ct))).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<(ImageServiceClient Client, ApiHome Home)> NewClientAsync(DelegatingHandler? handler = null)
    {
        var home = await api.NewHomeAsync();
        var http = handler is null ? api.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false }) : api.CreateDefaultClient(handler);
        return (new ImageServiceClient(http, home.Key), home);
    }

    private async Task<HttpStatusCode> StatusAsync(string url)
    {
        using var http = api.CreateClient();
        using var response = await http.GetAsync(new Uri(url), Ct);
        return response.StatusCode;
    }

    private sealed class Told(List<long> stored) : IProgress<long>
    {
        public void Report(long value) => stored.Add(value);
    }

    /// <summary>Answers chosen pieces of uploads in the service's place.</summary>
    private sealed class Faults : DelegatingHandler
    {
        private readonly Dictionary<int, Func<HttpRequestMessage, HttpResponseMessage>> _at = [];

        /// <summary>Pieces sent so far.</summary>
        public int Pieces { get; private set; }

        public void Next(int piece, Func<HttpRequestMessage, HttpResponseMessage> answer) => _at[piece] = answer;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Method == HttpMethod.Patch && _at.Remove(Pieces++, out var answer) ? Task.FromResult(answer(request))
                : base.SendAsync(request, cancellationToken);
    }
}
