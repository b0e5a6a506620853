using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Acceptance;

/// <summary>What comes in, what is kept out, and what becomes of it, from outside.</summary>
public sealed class IngestionTests(RunningStack stack) : AcceptanceTest(stack)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task An_old_version_can_be_deleted_and_its_images_are_gone()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(120, 90, seed: 401));
        (await home.ImageAsync(asset, "w_60.webp")).Response.Dispose();
        (await home.Caller.SendAsync(HttpMethod.Put, $"/v1/assets/{asset["id"]}/content", File(Pictures.Jpeg(120, 90, seed: 402)))
            .ShouldBe(HttpStatusCode.OK)).Dispose();

        await home.Caller.DeleteAsync($"/v1/assets/{asset["id"]}/versions/2").ShouldBeProblem(HttpStatusCode.Conflict);
        (await home.Caller.DeleteAsync($"/v1/assets/{asset["id"]}/versions/1").ShouldBe(HttpStatusCode.NoContent)).Dispose();
        foreach (var name in (string[])["w_60.webp", "original.jpg", "w_61.png"])
            await Eventually.HoldsAsync(() => IsAsync(home, home.Public(asset, name), HttpStatusCode.NotFound), Soon);
        (await home.Caller.GetAsync(home.Public(asset, "w_60.webp", version: 2)).ShouldBe(HttpStatusCode.OK)).Dispose();
        using var versions = await home.Caller.GetAsync($"/v1/assets/{asset["id"]}/versions").ShouldBe(HttpStatusCode.OK);
        Items(await versions.JsonAsync()).Select(version => (int)version["version"]!).ShouldBe([2]);
    }

    [Fact]
    public async Task Changing_the_focal_point_changes_the_images_that_use_it_and_no_others()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(200, 100, seed: 403));
        var (focal, centred) = (await ETagAsync(home, asset, "w_40-h_40-g_focal.jpg"), await ETagAsync(home, asset, "w_40-h_40.jpg"));
        (await home.Caller.PatchAsync($"/v1/assets/{asset["id"]}", new { focalPoint = new { x = 0.9, y = 0.1 } }).ShouldBe(HttpStatusCode.OK)).Dispose();
        await Eventually.HoldsAsync(async () => await ETagAsync(home, asset, "w_40-h_40-g_focal.jpg") != focal, Soon);
        (await ETagAsync(home, asset, "w_40-h_40.jpg")).ShouldBe(centred);
    }

    [Fact]
    public async Task No_way_of_writing_a_private_address_reaches_a_listener_on_it()
    {
        using var home = await NewHomeAsync();
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        string[] hosts =
        [
            "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "0.0.0.0", "127.0.0.2", "[::1]", "[::]", "[::ffff:127.0.0.1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::5efe:127.0.0.1]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "169.254.169.254", "10.0.0.1",
            "192.168.0.1", "172.16.0.1", "100.64.0.1",
            "[fd00::1]", "[fe80::1]", "localhost.", "LOCALHOST", "user:secret@127.0.0.1", "①②⑦.⓪.⓪.①",
        ];
        foreach (var host in hosts)
            ((int)(await home.Caller.PostAsync("/v1/assets/fetch",
                new { url = $"http://{host}:{port}/a.png", tenant = "site", space = "open" })).StatusCode).ShouldBeOneOf(400, 422);
        listener.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task A_zip_becomes_assets_and_what_is_hostile_in_it_is_refused_one_by_one()
    {
        using var home = await NewHomeAsync();
        using var started =
            await home.Caller.SendAsync(HttpMethod.Post, "/v1/imports", File(Archive(), ("tenant", "site"), ("space", "open"), ("folder", "/in")))
                .ShouldBe(HttpStatusCode.Accepted);
        var path = $"/v1/imports/{(await started.JsonAsync())["id"]}";
        JsonObject import = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await home.Caller.GetAsync(path).ShouldBe(HttpStatusCode.OK);
                import = await answer.JsonAsync();
                return import["state"].Text() == "completed";
            },
            TimeSpan.FromMinutes(1));
        ((int)import["total"]!, (int)import["imported"]!, (int)import["failed"]!).ShouldBe((6, 2, 4));
        import["failures"]!.AsArray()
            .Select(failure => failure!["name"].Text()).ShouldBe(["../slip.jpg", "bomb.png", "inner.zip", "note.txt"], ignoreOrder: true);
        using var listed = await home.Caller.GetAsync("/v1/assets?tenant=site&space=open").ShouldBe(HttpStatusCode.OK);
        Items(await listed.JsonAsync())
            .Select(asset => $"{asset["folder"]}/{asset["filename"]}").ShouldBe(["/in/a/one.jpg", "/in/a/b/two.jpg"], ignoreOrder: true);
        using var folders = await home.Caller.GetAsync("/v1/assets/folders?tenant=site&space=open&folder=/in").ShouldBe(HttpStatusCode.OK);
        var folder = Items(await folders.JsonAsync()).ShouldHaveSingleItem();
        (folder["folder"].Text(), (int)folder["assets"]!, (int)folder["total"]!).ShouldBe(("/in/a", 1, 2));
    }

    [Fact]
    public async Task An_svg_comes_in_by_policy_only_fetches_nothing_and_is_never_served_as_one()
    {
        using var home = await NewHomeAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var origin = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var svg = Encoding.UTF8.GetBytes(
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="60" height="40" onload="alert(1)">
              <style>@import url("{origin}/a.css");</style><script xlink:href="{origin}/a.js"/><image xlink:href="{origin}/a.png" width="60" height="40"/>
              <rect width="30" height="40" fill="#00ff00"/>
            </svg>
            """);
        await home.Caller.UploadAsync(svg, "site", "open", "a.svg").ShouldBeProblem(HttpStatusCode.UnsupportedMediaType);
        await home.SetPolicyAsync("allowed_input_formats", new[] { "png", "svg" });
        var asset = await home.UploadAsync(svg, filename: "a.svg");
        foreach (var name in (string[])["original.png", "w_30.webp"])
        {
            var (bytes, response) = await home.ImageAsync(asset, name);
            response.Content.Headers.ContentType!.MediaType.ShouldBeOneOf("image/png", "image/webp");
            bytes.AsSpan().IndexOf("<svg"u8).ShouldBe(-1);
        }

        await home.Caller.UploadAsync(
            "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>&x;</text></svg>"u8.ToArray(), "site", "open", "b.svg")
            .ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        listener.Pending().ShouldBeFalse();
    }

    [Theory]
    [InlineData(1, 100, "w_400.png", 5, 500, "height=500")]
    [InlineData(100, 1, "h_400.png", 500, 5, "width=500")]
    [InlineData(2000, 1000, "original.png", 500, 250, "width=500")]
    [InlineData(2000, 1000, "ar_1:4-w_400.png", 125, 500, "height=500")]
    [InlineData(2000, 1000, "w_500-h_500-f_outside.png", 500, 250, "width=500")]
    [InlineData(2000, 1000, "w_400.png", 400, 200, null)]
    [InlineData(40, 20, "original.png", 40, 20, null)]
    public async Task A_drawing_is_drawn_no_larger_than_the_policy_lets_anybody_ask_for(
        int width, int height, string file, int outWidth, int outHeight, string? limited)
    {
        using var home = await NewHomeAsync();
        await home.SetPolicyAsync("allowed_input_formats", new[] { "svg" });
        await home.SetPolicyAsync("max_output_width", 500);
        await home.SetPolicyAsync("max_output_height", 500);
        var asset = await home.UploadAsync(
            Encoding.UTF8.GetBytes($"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><rect width="9" height="9"/></svg>"""),
            filename: "a.svg");

        var (bytes, response) = await home.ImageAsync(asset, file);

        Pictures.Size(bytes).ShouldBe((outWidth, outHeight, 1));
        (response.Headers.TryGetValues("X-Size-Limited", out var said) ? string.Join(',', said) : null).ShouldBe(limited);
    }

    private static async Task<bool> IsAsync(Home home, string path, HttpStatusCode status)
    {
        using var response = await home.Caller.GetAsync(path);
        return response.StatusCode == status;
    }

    private static async Task<string> ETagAsync(Home home, JsonObject asset, string name)
    {
        using var response = (await home.ImageAsync(asset, name)).Response;
        return response.Headers.ETag!.Tag;
    }

    private static IEnumerable<JsonObject> Items(JsonObject page) => page["items"]!.AsArray().Select(item => item!.AsObject());

    private static MultipartFormDataContent File(byte[] bytes, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        form.Add(new ByteArrayContent(bytes), "file", "file");
        return form;
    }

    private static byte[] Archive()
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "a/one.jpg", Pictures.Jpeg(60, 40, seed: 404));
            Add(zip, "a/b/two.jpg", Pictures.Jpeg(60, 40, seed: 405));
            Add(zip, "../slip.jpg", Pictures.Jpeg(60, 40, seed: 406));
            Add(zip, "bomb.png", new byte[8_000_000]);
            Add(zip, "inner.zip", [.. "PK\u0003\u0004"u8, .. new byte[60]]);
            Add(zip, "note.txt", [.. "no picture"u8]);
        }

        return file.ToArray();
    }

    private static void Add(ZipArchive zip, string name, byte[] bytes)
    {
        using var entry = zip.CreateEntry(name).Open();
        entry.Write(bytes);
    }
}
