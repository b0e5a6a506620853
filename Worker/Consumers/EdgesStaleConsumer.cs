using ImageService.Core.Invalidation;
using ImageService.Core.Messaging;

namespace ImageService.Worker.Consumers;

/// <summary>CDNs and caches in front are told to forget; one that refuses gets the message again later.</summary>
internal sealed class EdgesStaleConsumer(CdnPurges purges, PurgeBook book) : IConsumer<EdgesStale>
{
    public Task ConsumeAsync(EdgesStale message, Guid messageId, CancellationToken ct) =>
        purges.PurgeAsync(message, ct, (results, stop) => book.NoteAsync(message, messageId, results, stop));
}
