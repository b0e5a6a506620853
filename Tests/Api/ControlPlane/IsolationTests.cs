using System.Text.Json.Nodes;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

/// <summary>Calls every route of the OpenAPI document as organization B with A's slugs and ids, and with nobody's: the answers must be the same.</summary>
[Trait("Level", "Integration")]
public sealed class IsolationTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const string Nobody = "01948a3e-7c1b-7f3a-9d2e-5b6c7d8e9f01";
    private const string NobodysAsset = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    [Fact]
    public async Task Every_route_called_across_the_boundary_answers_as_if_there_were_nothing()
    {
        var ours = await FilledAsync();
        var theirs = await FilledAsync();
        var stranger = await theirs.Home.PersonAsync("owner");
        var document = await api.Anonymous().GetAsync("/openapi/v1.json").OkAsync();
        var routes = 0;
        List<string> leaks = [];
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            if (!path.Contains('{', StringComparison.Ordinal) || path.Contains("/pub/", StringComparison.Ordinal)
                || path.Contains("/priv/", StringComparison.Ordinal))
                continue;
            foreach (var (method, operation) in methods!.AsObject())
            {
                // Open to anybody: what the URL or the body carries decides, and their own tests show it.
                if (operation!["security"] is null)
                    continue;
                routes++;
                foreach (var client in (ApiClient[])[theirs.Home.Owner, stranger.Client])
                {
                    var real = await CallAsync(client, method, Fill(path, ours.Values), operation!);
                    var imaginary = await CallAsync(client, method, Fill(path, ours.Imaginary), operation!);
                    if (real.Status is not (403 or 404) || real != imaginary)
                        leaks.Add($"{method} {path}: {real} for theirs, {imaginary} for nobody's");
                }
            }
        }

        leaks.ShouldBeEmpty();
        routes.ShouldBeGreaterThan(50);
        (await ours.Home.Owner.GetAsync(ours.Home.Root).OkAsync()).Text("name").ShouldBe("Test");
    }

    [Fact]
    public async Task Slugs_of_ones_own_organization_with_ids_of_another_find_nothing()
    {
        var ours = await FilledAsync();
        var theirs = await FilledAsync();
        foreach (var path in (string[])["api-keys/{key-id}", "members/{member}", "webhooks/{webhook}", "webhooks/{webhook}/deliveries"])
        {
            var mixed = $"{theirs.Home.Root}/{Fill(path, ours.Values)}";
            await theirs.Home.Owner.GetAsync(mixed).ProblemAsync(404, "not_found");
            if (!path.EndsWith("deliveries", StringComparison.Ordinal))
                await theirs.Home.Owner.DeleteAsync(mixed).ProblemAsync(404, "not_found");
        }

        await theirs.Home.Owner.PostAsync($"{theirs.Home.Root}/tenants/site/signing-keys/{ours.Values["kid"]}/revoke").ProblemAsync(404, "not_found");
    }

    private static async Task<(int Status, string Body)> CallAsync(ApiClient client, string method, string path, JsonNode operation)
    {
        object? body = path switch
        {
            _ when IsPiece(method, path) => Piece(),
            _ when operation["requestBody"] is null || method is "get" or "delete" => null,
            _ when path.StartsWith("/v1/assets/", StringComparison.Ordinal) && method == "patch" => new { filename = "leak.jpg" },
            _ when path.EndsWith("/content", StringComparison.Ordinal) =>
                new MultipartFormDataContent { { new ByteArrayContent([1, 2, 3]), "file", "leak.jpg" } },
            _ => new { name = "Leak", slug = "leak", role = "viewer", email = "leak@example.com", value = 1, operations = "w_1" },
        };
        using var answer =
            await client.SendAsync(new HttpMethod(method.ToUpperInvariant()), path, body, ("Tus-Resumable", "1.0.0"), ("Upload-Offset", "0"),
                ("X-HTTP-Method-Override", IsPiece(method, path) ? "PATCH" : method));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (text.Length > 0 && answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            var problem = JsonNode.Parse(text)!.AsObject();
            problem.Remove("traceId");
            text = problem.ToJsonString();
        }

        return ((int)answer.StatusCode, text);
    }

    private static bool IsPiece(string method, string path) => path.StartsWith("/v1/uploads/", StringComparison.Ordinal) && method is "patch" or "post";

    private static ByteArrayContent Piece() => new([1, 2, 3]) { Headers = { ContentType = new("application/offset+octet-stream") } };

    private static string Fill(string path, Dictionary<string, string> values)
    {
        foreach (var (name, value) in values)
            path = path.Replace($"{{{name}}}", value, StringComparison.Ordinal);

        // Whatever else a route names by id belongs to the resource it stands below.
        return path.Replace("{id}", IdFor(path, values), StringComparison.Ordinal).Replace("{version}", "1", StringComparison.Ordinal);
    }

    private static string IdFor(string path, Dictionary<string, string> values) =>
        path.Contains("/api-keys/", StringComparison.Ordinal) ? values["key-id"]
        : path.Contains("/members/", StringComparison.Ordinal) ? values["member"]
        : path.Contains("/webhooks/", StringComparison.Ordinal) ? values["webhook"]
        : path.Contains("/assets/", StringComparison.Ordinal) ? values["asset"]
        : path.Contains("/uploads/", StringComparison.Ordinal) ? values["upload"]
        : Nobody;

    private async Task<Filled> FilledAsync()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "card", operations = "w_1" }).OkAsync(201);
        var member = await home.Owner.PostAsync($"{home.Root}/members", new { email = "a@example.com", role = "viewer" }).OkAsync(201);
        var webhook = await home.Owner.PostAsync($"{home.Root}/webhooks", new { url = "https://93.184.216.34/", events = (string[])["asset.uploaded"] })
            .OkAsync(201);
        var host = await home.Owner.PostAsync($"{home.Root}/tenants/site/spaces/open/hosts", new { hostname = $"{home.Slug}.localhost", dialect = "next" })
            .OkAsync(201);
        var key = (string)(await home.Owner.GetAsync($"{home.Root}/api-keys").OkAsync()).Items()[0]!["id"]!;
        var kid = (string)(await home.Owner.GetAsync($"{home.Root}/tenants/site/signing-keys").OkAsync()).Items()[0]!["kid"]!;
        using var upload = await home.Owner.PostAsync(
            "/v1/uploads", null, ("Tus-Resumable", "1.0.0"), ("Upload-Length", "3"), ("Upload-Metadata", "filename YS5qcGc=,tenant c2l0ZQ==,space b3Blbg=="));
        ((int)upload.StatusCode).ShouldBe(201);
        Dictionary<string, string> values = new(StringComparer.Ordinal)
        {
            ["org"] = home.Slug, ["tenant"] = "site", ["space"] = "open", ["slug"] = "card", ["kid"] = kid, ["key"] = "max_output_width", ["key-id"] = key,
            ["hostname"] = host.Text("hostname"),
            ["member"] = member.Text("id"), ["webhook"] = webhook.Text("id"), ["asset"] = await AddAssetAsync(home),
            ["upload"] = upload.Headers.Location!.ToString().Split('/')[^1],
        };
        Dictionary<string, string> imaginary = new(values, StringComparer.Ordinal)
        {
            ["org"] = "nobody", ["slug"] = "nobody", ["kid"] = "key_nobody", ["key-id"] = Nobody, ["hostname"] = "nobody.localhost", ["member"] = Nobody,
            ["webhook"] = Nobody, ["asset"] = NobodysAsset, ["upload"] = Nobody,
        };
        return new Filled(home, values, imaginary);
    }

    /// <summary>A row is enough: no byte of it is asked for.</summary>
    private async Task<string> AddAssetAsync(ApiHome home)
    {
        await using var db = api.Services.GetRequiredService<RegistryFactory>().ForOrganization(home.Id);
        var space = await db.Spaces.FirstAsync(row => row.Slug == "open", TestContext.Current.CancellationToken);
        var asset = new TestOrganization
        {
            OrganizationId = home.Id,
            TenantId = space.TenantId,
            SpaceId = space.Id,
            Organization = home.Slug,
            Tenant = "site",
            Space = "open",
        }.NewAsset();
        db.Assets.Add(asset);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        (await home.Owner.GetAsync($"/v1/assets/{new AssetId(asset.Id)}").OkAsync()).Text("filename").ShouldBe(asset.Filename);
        return new AssetId(asset.Id).ToString();
    }

    private sealed record Filled(ApiHome Home, Dictionary<string, string> Values, Dictionary<string, string> Imaginary);
}
