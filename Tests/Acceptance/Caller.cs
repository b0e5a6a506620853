using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;

namespace ImageService.Tests.Acceptance;

/// <summary>A program that calls the Api from outside with one key, and knows nothing but the contract.</summary>
public sealed class Caller(Uri api, string? apiKey) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None })
    {
        BaseAddress = api,
        Timeout = TimeSpan.FromMinutes(2),
    };

    public Uri Api { get; } = api;

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.RelativeOrAbsolute)) { Content = content };
        if (apiKey is not null)
            request.Headers.Add("X-API-Key", apiKey);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        return await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<HttpResponseMessage> PostAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, Json(body), headers);

    public Task<HttpResponseMessage> PutAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, Json(body), headers);

    public Task<HttpResponseMessage> PatchAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Patch, path, Json(body), headers);

    public Task<HttpResponseMessage> DeleteAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Delete, path, null, headers);

    /// <summary>Uploads bytes as <c>POST /v1/assets</c> does.</summary>
    public async Task<HttpResponseMessage> UploadAsync(
        byte[] bytes, string tenant, string space, string filename = "picture.jpg", params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent { { new StringContent(tenant), "tenant" }, { new StringContent(space), "space" } };
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(file, "file", filename);
        return await SendAsync(HttpMethod.Post, "/v1/assets", form);
    }

    public void Dispose() => _http.Dispose();

    private static StringContent Json(object body) => new(JsonSerializer.Serialize(body, JsonSerializerOptions.Web), Encoding.UTF8, "application/json");
}

/// <summary>Reading answers.</summary>
internal static class Answers
{
    public static async Task<JsonObject> JsonAsync(this HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonObject>()).ShouldNotBeNull();

    /// <summary>The status is the one expected; on failure the body is told.</summary>
    public static async Task<HttpResponseMessage> ShouldBe(this Task<HttpResponseMessage> pending, HttpStatusCode expected)
    {
        var response = await pending;
        if (response.StatusCode != expected)
            response.StatusCode.ShouldBe(expected,
                $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri}: {await response.Content.ReadAsStringAsync()}");
        return response;
    }

    /// <summary>A problem of RFC 9457 with every member the contract promises.</summary>
    public static async Task<JsonObject> ShouldBeProblem(this Task<HttpResponseMessage> pending, HttpStatusCode expected, string? code = null)
    {
        using var response = await pending.ShouldBe(expected);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await response.JsonAsync();
        ((int)problem["status"]!).ShouldBe((int)expected);
        foreach (var member in (string[])["type", "title", "detail", "code", "traceId"])
            ((string?)problem[member]).ShouldNotBeNullOrEmpty(member);
        ((string)problem["detail"]!).ShouldNotContain("   at ");
        if (code is not null)
            ((string?)problem["code"]).ShouldBe(code);
        return problem;
    }

    public static string Text(this JsonNode? node) => ((string?)node).ShouldNotBeNull();
}
