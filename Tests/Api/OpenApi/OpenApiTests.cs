using System.Text.Json.Nodes;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.OpenApi;

[Trait("Level", "Integration")]
public sealed class OpenApiTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task Every_route_has_a_name_a_summary_an_answer_and_problems()
    {
        var document = await api.Anonymous().GetAsync("/openapi/v1.json").OkAsync();
        document.Text("openapi").ShouldStartWith("3.1");
        var names = new HashSet<string>(StringComparer.Ordinal);
        List<string> faults = [];
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            foreach (var (method, node) in methods!.AsObject())
            {
                var (operation, where) = (node!.AsObject(), $"{method} {path}");
                if (string.IsNullOrEmpty((string?)operation["summary"]))
                    faults.Add($"{where}: no summary");
                if (!names.Add((string?)operation["operationId"] ?? ""))
                    faults.Add($"{where}: no operationId of its own");
                var responses = operation["responses"]!.AsObject();
                if (!responses.Any(response => response.Key[0] is '2' or '3'))
                    faults.Add($"{where}: no answer that went well");
                if (!responses.Any(response => response.Value?["content"]?["application/problem+json"] is not null))
                    faults.Add($"{where}: no problem");
                if (operation["security"] is null && !IsOpen(path))
                    faults.Add($"{where}: says nothing about credentials");
            }
        }

        faults.ShouldBeEmpty();
        names.Count.ShouldBeGreaterThan(60);
    }

    [Fact]
    public async Task Every_shape_has_an_example_and_every_reference_leads_somewhere()
    {
        var document = await api.Anonymous().GetAsync("/openapi/v1.json").OkAsync();
        var schemas = document["components"]!["schemas"]!.AsObject();
        foreach (var (name, schema) in schemas)
        {
            if (schema!["properties"] is not null)
                schema["examples"].ShouldNotBeNull(name);
        }

        foreach (var reference in References(document))
            schemas.ContainsKey(reference["#/components/schemas/".Length..]).ShouldBeTrue(reference);
    }

    [Fact]
    public async Task Every_part_of_a_path_is_described_and_images_are_there()
    {
        var paths = (await api.Anonymous().GetAsync("/openapi/v1.json").OkAsync())["paths"]!.AsObject();
        paths.Count(path => path.Key.Contains("/img/", StringComparison.Ordinal)).ShouldBe(2);
        foreach (var (path, methods) in paths)
        {
            var parts = path.Split('{').Skip(1).Select(static part => part[..part.IndexOf('}', StringComparison.Ordinal)]);
            foreach (var (method, operation) in methods!.AsObject())
            {
                var described =
                    operation!["parameters"]?.AsArray()
                        .Where(parameter => (string?)parameter!["in"] == "path").Select(parameter => (string)parameter!["name"]!) ?? [];
                described.ShouldBe(parts, ignoreOrder: true, $"{method} {path}");
            }
        }
    }

    [Fact]
    public async Task What_a_request_is_said_to_need_it_needs()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("owner");
        var document = await api.Anonymous().GetAsync("/openapi/v1.json").OkAsync();
        var schemas = document["components"]!["schemas"]!.AsObject();
        var tried = 0;
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in methods!.AsObject())
            {
                if ((string?)operation!["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"] is not { } reference
                    || schemas[reference["#/components/schemas/".Length..]] is not { } schema)
                    continue;
                var takesMore =
                    method == "put" && (path.EndsWith("/presets/{slug}", StringComparison.Ordinal)
                        || path.EndsWith("/overlays/{slug}", StringComparison.Ordinal));
                (schema["additionalProperties"]?.GetValue<bool>() ?? true).ShouldBe(takesMore, $"{method} {path}");
                foreach (var needed in schema["required"]?.AsArray() ?? [])
                {
                    var body = schema["examples"]![0]!.DeepClone().AsObject();
                    body.Remove((string)needed!).ShouldBeTrue($"{method} {path}: {needed}");
                    var isPersons = path.StartsWith("/v1/me", StringComparison.Ordinal) || path.StartsWith("/v1/sessions", StringComparison.Ordinal);
                    var place = path.Replace("{org}", home.Slug, StringComparison.Ordinal)
                        .Replace("{tenant}", "site", StringComparison.Ordinal).Replace("{space}", "open", StringComparison.Ordinal)
                        .Replace("{key}", "max_output_width", StringComparison.Ordinal).Replace("{id}", Guid.Empty.ToString(), StringComparison.Ordinal);
                    var caller = path == "/v1/organizations" ? api.WithKey(ApiFactory.PlatformKey) : isPersons ? person.Client : home.Owner;
                    using var answer = await caller.SendAsync(new HttpMethod(method.ToUpperInvariant()), place, body);
                    ((int)answer.StatusCode).ShouldBeOneOf(isPersons ? [400, 401, 403] : path == "/v1/password-resets" ? [400, 409] : [400],
                        $"{method} {path} without {needed}");
                    tried++;
                }
            }
        }

        tried.ShouldBeGreaterThan(40);
    }

    [Fact]
    public async Task The_reference_page_and_everything_it_loads_come_from_here()
    {
        using var page = await api.Anonymous().GetAsync("/docs/");
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        ((int)page.StatusCode).ShouldBe(200, html);
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("connect-src 'self'");
        html.ShouldNotContain("cdn.");
        html.ShouldNotContain("fonts.");
        foreach (var script in html.Split("src=\"").Skip(1).Select(part => part[..part.IndexOf('"', StringComparison.Ordinal)]))
        {
            script.ShouldNotContain("//");
            using var loaded = await api.Anonymous().GetAsync(new Uri(new Uri("http://localhost/docs/"), script).PathAndQuery);
            ((int)loaded.StatusCode).ShouldBe(200, script);
        }
    }

    [Fact]
    public async Task A_problems_type_leads_to_its_section()
    {
        using var page = await api.Anonymous().GetAsync("/docs/errors");
        (await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("id=\"slug_taken\"");
    }

    private static bool IsOpen(string path) =>
        path.StartsWith("/v1/pub/", StringComparison.Ordinal) || path.StartsWith("/v1/priv/", StringComparison.Ordinal)
            || path.StartsWith("/v1/sessions", StringComparison.Ordinal)
        || path.StartsWith("/v1/password-resets", StringComparison.Ordinal)
        || path is "/v1/invitations/show" or "/v1/invitations/accept" or "/v1/organizations/{org}/sign-in"
        || path.StartsWith("/v1/uploads", StringComparison.Ordinal) || path.StartsWith("/v1/direct-uploads", StringComparison.Ordinal);

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject json => json.SelectMany(member => member.Key == "$ref" ? [(string)member.Value!] : References(member.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };
}
