using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Uploads;

/// <summary>What a browser's script is lent in place of a session.</summary>
[Trait("Level", "Integration")]
public sealed class UploadTicketTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private static readonly (string, string) Resumable = ("Tus-Resumable", "1.0.0");

    [Fact]
    public async Task A_ticket_uploads_into_its_space_and_tells_what_became_of_the_file()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("editor");
        var script = api.WithSession(await TicketAsync(person.Client, "open"));
        using var first = await UploadAsync(script, "open", "first name.png", 1);
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        (Header(first, "X-Asset-Deduplicated"), Header(first, "X-Asset-Filename")).ShouldBe(("false", "first%20name.png"));
        using var again = await UploadAsync(script, "open", "again.png", 1);
        (Header(again, "X-Asset-Deduplicated"), Header(again, "X-Asset-Filename"),
            Header(again, "X-Asset-Id")).ShouldBe(("true", "first%20name.png", Header(first, "X-Asset-Id")));

        // The same for who did not hear the last answer and asks.
        using var asked = await script.SendAsync(HttpMethod.Head, again.Headers.Location!.OriginalString, null, Resumable);
        (Header(asked, "X-Asset-Deduplicated"), Header(asked, "X-Asset-Filename")).ShouldBe(("true", "first%20name.png"));
    }

    [Fact]
    public async Task A_ticket_opens_nothing_else()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("owner");
        var script = api.WithSession(await TicketAsync(person.Client, "open"));
        using var elsewhere = await UploadAsync(script, "closed", "a.png", 2);
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        foreach (var path in new[] { "/v1/me", "/v1/assets", home.Root + "/api-keys", home.Root }) await script.GetAsync(path)
            .ProblemAsync(401, "unauthenticated");
        (await ArchiveAsync(script, "closed")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await ArchiveAsync(script, "open")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await script.GetAsync("/v1/imports").ProblemAsync(401, "unauthenticated");
        await script.PostAsync("/v1/uploads/tickets", new { tenant = "site", space = "open" }).ProblemAsync(401, "unauthenticated");
        await api.WithSession("imu_" + new string('A', 120))
            .PostAsync("/v1/uploads", null, Resumable, ("Upload-Length", "1")).ProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_ticket_sends_an_archive_in_pieces_which_an_import_names_once()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("editor");
        var script = api.WithSession(await TicketAsync(person.Client, "open"));
        var archive = Archive();
        var metadata = $"filename {Base64("a.zip")},tenant {Base64("site")},space {Base64("open")},purpose {Base64("import")}";
        using var begun = await script.SendAsync(HttpMethod.Post, "/v1/uploads", Piece(archive[..10]), Resumable,
            ("Upload-Length", archive.Length.ToString(CultureInfo.InvariantCulture)), ("Upload-Metadata", metadata));
        begun.StatusCode.ShouldBe(HttpStatusCode.Created);
        var place = begun.Headers.Location!.OriginalString;
        var named = new { tenant = "site", space = "open", upload = place.Split('/')[^1] };
        await script.PostAsync("/v1/imports", named).ProblemAsync(409, "conflict");
        using var rest = await script.SendAsync(HttpMethod.Patch, place, Piece(archive[10..]), Resumable, ("Upload-Offset", "10"));
        rest.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        rest.Headers.Contains("X-Asset-Id").ShouldBeFalse();
        using var asked = await script.SendAsync(HttpMethod.Head, place, null, Resumable);
        asked.StatusCode.ShouldBe(HttpStatusCode.OK);
        var import = (await script.PostAsync("/v1/imports", named).OkAsync(202)).Text("id");
        (await script.GetAsync($"/v1/imports/{import}").OkAsync()).Text("source").ShouldBe("zip");
        await script.PostAsync("/v1/imports", named).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Of_those_who_name_an_archive_at_the_same_moment_one_imports_it()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("editor");
        var script = api.WithSession(await TicketAsync(person.Client, "open"));
        var archive = Archive();
        var metadata = $"filename {Base64("a.zip")},tenant {Base64("site")},space {Base64("open")},purpose {Base64("import")}";
        using var begun = await script.SendAsync(HttpMethod.Post, "/v1/uploads", Piece(archive), Resumable,
            ("Upload-Length", archive.Length.ToString(CultureInfo.InvariantCulture)), ("Upload-Metadata", metadata));
        var named = new { tenant = "site", space = "open", upload = begun.Headers.Location!.OriginalString.Split('/')[^1] };

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => script.PostAsync("/v1/imports", named)));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted).ShouldBe(1);
        foreach (var late in answers.Where(answer => answer.StatusCode != HttpStatusCode.Accepted))
            late.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.ServiceUnavailable); // its pieces went while it read them
        (await person.Client.GetAsync("/v1/imports").OkAsync())["items"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_image_that_came_in_pieces_is_no_archive()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("editor");
        var script = api.WithSession(await TicketAsync(person.Client, "open"));
        using var uploaded = await UploadAsync(script, "open", "a.png", 9);
        await script.PostAsync("/v1/imports", new { tenant = "site", space = "open", upload = uploaded.Headers.Location!.OriginalString.Split('/')[^1] })
            .ProblemAsync(404, "not_found");
        await script.SendAsync(HttpMethod.Post, "/v1/uploads", null, Resumable, ("Upload-Length", "1"),
            ("Upload-Metadata", $"tenant {Base64("site")},space {Base64("open")},purpose {Base64("poem")}")).ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_ticket_asks_for_an_address_in_its_space_alone()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("editor");
        var script = api.WithSession(await TicketAsync(person.Client, "open"));
        await script.PostAsync("/v1/assets/fetch", new { url = "http://127.0.0.1/a.png", tenant = "site", space = "open" }).ProblemAsync(422, "fetch_refused");
        await script.PostAsync("/v1/assets/fetch", new { url = "http://127.0.0.1/a.png", tenant = "site", space = "closed" }).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_ticket_ends_with_its_session_and_with_its_persons_role()
    {
        var home = await api.NewHomeAsync();
        var leaving = await home.PersonAsync("editor");
        var ticket = await TicketAsync(leaving.Client, "open");
        await home.Owner.PatchAsync($"{home.Root}/members/{leaving.MemberId}", new { role = "viewer" }).OkAsync();
        (await UploadAsync(api.WithSession(ticket), "open", "a.png", 3)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        var person = await home.PersonAsync("editor");
        ticket = await TicketAsync(person.Client, "open");
        await person.Client.DeleteAsync("/v1/sessions/current").OkAsync(204);
        (await UploadAsync(api.WithSession(ticket), "open", "a.png", 3)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Only_people_who_may_upload_get_one()
    {
        var home = await api.NewHomeAsync();
        var viewer = await home.PersonAsync("viewer");
        await viewer.Client.PostAsync("/v1/uploads/tickets", new { tenant = "site", space = "open" }).ProblemAsync(403, "insufficient_scope");
        await home.Owner.PostAsync("/v1/uploads/tickets", new { tenant = "site", space = "open" }).ProblemAsync(403, "forbidden");
        var editor = await home.PersonAsync("editor", "site", "open");
        await editor.Client.PostAsync("/v1/uploads/tickets", new { tenant = "site", space = "closed" }).ProblemAsync(404, "not_found");
    }

    private static async Task<string> TicketAsync(ApiClient person, string space) =>
        (await person.PostAsync("/v1/uploads/tickets", new { tenant = "site", space }).OkAsync(201)).Text("ticket");

    private static Task<HttpResponseMessage> ArchiveAsync(ApiClient client, string space)
    {
        var form = new MultipartFormDataContent
        {
            { new StringContent("site"), "tenant" }, { new StringContent(space), "space" }, { new ByteArrayContent(Archive()), "file", "a.zip" },
        };
        return client.SendAsync(HttpMethod.Post, "/v1/imports", form);
    }

    private static byte[] Archive()
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = archive.CreateEntry("one.png").Open())
            entry.Write(IngestionFixture.Png(7));
        return file.ToArray();
    }

    private static ByteArrayContent Piece(byte[] bytes)
    {
        var piece = new ByteArrayContent(bytes);
        piece.Headers.ContentType = new("application/offset+octet-stream");
        return piece;
    }

    private static Task<HttpResponseMessage> UploadAsync(ApiClient client, string space, string filename, int seed)
    {
        return client.SendAsync(
            HttpMethod.Post, "/v1/uploads", Piece(IngestionFixture.Png(seed)), Resumable,
            ("Upload-Length", IngestionFixture.Png(seed).Length.ToString(CultureInfo.InvariantCulture)),
            ("Upload-Metadata", $"filename {Base64(filename)},tenant {Base64("site")},space {Base64(space)}"));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();
}
