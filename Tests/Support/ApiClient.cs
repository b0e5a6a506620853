using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Support;

/// <summary>Calls the Api as a program does: paths, JSON and headers.</summary>
public sealed class ApiClient(HttpClient http)
{
    public string? Key { get; init; }

    public string? Token { get; init; }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<HttpResponseMessage> PostAsync(string path, object? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, headers);

    public Task<HttpResponseMessage> PutAsync(string path, object? body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, body, headers);

    public Task<HttpResponseMessage> PatchAsync(string path, object? body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Patch, path, body, headers);

    public Task<HttpResponseMessage> DeleteAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Delete, path, null, headers);

    /// <summary>Begins to read server-sent events.</summary>
    public async Task<EventStream> GetStreamAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        Authorize(request);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var content = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        return new EventStream(response, SseParser.Create(content).EnumerateAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken));
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is HttpContent content)
            request.Content = content;
        else if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType());
        Authorize(request);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private void Authorize(HttpRequestMessage request)
    {
        if (Key is not null)
            request.Headers.Add("X-API-Key", Key);
        if (Token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }
}

/// <summary>Reading answers.</summary>
public static class ApiAnswers
{
    /// <summary>The JSON of an answer with the status expected; on failure the body is told.</summary>
    public static async Task<JsonObject> OkAsync(this Task<HttpResponseMessage> pending, int status = 200)
    {
        using var response = await pending;
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        ((int)response.StatusCode).ShouldBe(status, $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri}: {text}");
        return text.Length == 0 ? [] : JsonNode.Parse(text).ShouldBeOfType<JsonObject>();
    }

    /// <summary>A problem of RFC 9457 with every member promised.</summary>
    public static async Task<JsonObject> ProblemAsync(this Task<HttpResponseMessage> pending, int status, string code)
    {
        using var response = await pending;
        var problem = await Task.FromResult(response).OkAsync(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        problem.Text("code").ShouldBe(code, problem.ToJsonString());
        ((int)problem["status"]!).ShouldBe(status);
        problem.Text("type").ShouldBe("/docs/errors#" + code);
        problem.Text("title").ShouldNotBeEmpty();
        problem.Text("detail").ShouldNotContain("   at ");
        problem.Text("traceId").ShouldNotBeEmpty();
        return problem;
    }

    public static string Text(this JsonObject json, string member) => ((string?)json[member]).ShouldNotBeNull(json.ToJsonString());

    public static JsonArray Items(this JsonObject json) => json["items"].ShouldBeOfType<JsonArray>();
}
