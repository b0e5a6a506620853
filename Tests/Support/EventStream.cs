using System.Net.ServerSentEvents;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Support;

/// <summary>A stream of server-sent events, read one by one.</summary>
public sealed class EventStream(HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> items) : IDisposable
{
    /// <summary>The next event but those of the types passed over, as <c>type data</c>.</summary>
    public async Task<string> NextAsync(params string[] passedOver)
    {
        do
        {
            (await items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).ShouldBeTrue("the stream ended");
        }
        while (passedOver.Contains(items.Current.EventType, StringComparer.Ordinal));
        return $"{items.Current.EventType} {items.Current.Data}";
    }

    public void Dispose() => response.Dispose();
}
