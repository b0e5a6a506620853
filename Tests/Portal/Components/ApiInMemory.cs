using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace ImageService.Tests.Portal.Components;

/// <summary>An Api that answers what the test says, without a network, and remembers what it was asked.</summary>
internal sealed class ApiInMemory : HttpMessageHandler
{
    /// <summary>Method with path and query, and the body.</summary>
    public ConcurrentQueue<(string Line, string Body)> Calls { get; } = new();

    /// <summary>JSON for a call; 404 where it is null.</summary>
    public Func<string, string, Task<string?>> Answer { get; set; } = (_, _) => Task.FromResult<string?>(null);

    /// <summary>Answers calls whose line begins so.</summary>
    public void Answers(string start, string json)
    {
        var before = Answer;
        Answer = (line, body) => line.StartsWith(start, StringComparison.Ordinal) ? Task.FromResult<string?>(json) : before(line, body);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = (Line: $"{request.Method} {request.RequestUri!.PathAndQuery}",
            Body: request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
        Calls.Enqueue(call);
        var json = await Answer(call.Line, call.Body).WaitAsync(cancellationToken);
        return new HttpResponseMessage(json is null ? HttpStatusCode.NotFound : HttpStatusCode.OK)
        {
            Content = new StringContent(json ?? """{"title":"There is none"}""", Encoding.UTF8, "application/json"),
        };
    }
}
