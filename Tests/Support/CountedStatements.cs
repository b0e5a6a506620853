using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace ImageService.Tests.Support;

/// <summary>The statements that this process sends to one database, by whatever connection.</summary>
internal sealed class CountedStatements : IDisposable
{
    private readonly ConcurrentQueue<string> _texts = new();
    private readonly ActivityListener _listener;

    /// <param name="database">Any source of the database.</param>
    public CountedStatements(NpgsqlDataSource database)
    {
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database;
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Npgsql",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if ((activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) is string text
                    && (activity.GetTagItem("db.namespace") ?? activity.GetTagItem("db.name")) as string == name)
                    _texts.Enqueue(text);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyCollection<string> All => _texts;

    public IReadOnlyList<string> Matching(string part) => [.. _texts.Where(text => text.Contains(part, StringComparison.Ordinal))];

    public void Dispose() => _listener.Dispose();
}
