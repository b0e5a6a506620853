using Npgsql;
using NpgsqlTypes;

namespace ImageService.Core.Messaging;

/// <summary>The statements on <c>queue.messages</c>. A claim is named by id and attempt: a worker that lost its claim can settle nothing.</summary>
internal sealed class PostgresQueueTable(NpgsqlDataSource source)
{
    public async Task InsertAsync(IReadOnlyList<MessageEnvelope> messages, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            INSERT INTO queue.messages (id, organization_id, type, body, trace_parent)
            SELECT i, o, t, b::jsonb, p FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS x(i, o, t, b, p, n) ORDER BY n
            ON CONFLICT (id) DO NOTHING
            """);
        command.Parameters.Add(new() { Value = messages.Select(message => message.Id).ToArray() });
        command.Parameters.Add(new() { Value = messages.Select(message => message.OrganizationId).ToArray() });
        command.Parameters.Add(new() { Value = messages.Select(message => message.Type).ToArray() });
        command.Parameters.Add(new() { Value = messages.Select(message => message.Body).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(
            new() { Value = messages.Select(message => message.TraceParent).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task<IReadOnlyList<ClaimedMessage>> ClaimAsync(int limit, TimeSpan visibility, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            WITH due AS (
                SELECT id FROM queue.messages WHERE dead_at IS NULL AND visible_at <= clock_timestamp()
                ORDER BY sequence LIMIT $1 FOR UPDATE SKIP LOCKED)
            UPDATE queue.messages m SET attempts = attempts + 1, claimed = true, visible_at = clock_timestamp() + $2
            FROM due WHERE m.id = due.id
            RETURNING m.id, m.organization_id, m.type, m.body::text, m.attempts, m.sequence, m.trace_parent
            """);
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = visibility });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var claimed = new List<(long Sequence, ClaimedMessage Message)>(limit);
        while (await reader.ReadAsync(ct))
        {
            var message = new MessageEnvelope(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3))
            {
                TraceParent = await reader.IsDBNullAsync(6, ct) ? null : reader.GetString(6),
            };
            claimed.Add((reader.GetInt64(5), new ClaimedMessage(message, reader.GetInt32(4))));
        }

        return [.. claimed.OrderBy(row => row.Sequence).Select(row => row.Message)];
    }

    /// <summary>
    /// Time until the earliest of the messages that wait or are claimed may be claimed, negative where it is due already; null where there is none.
    /// </summary>
    public async Task<TimeSpan?> UntilNextAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand("SELECT min(visible_at) - clock_timestamp() FROM queue.messages WHERE dead_at IS NULL");
        return await command.ExecuteScalarAsync(ct) as TimeSpan?;
    }

    public Task ExtendAsync(ClaimedMessage claimed, TimeSpan visibility, CancellationToken ct) =>
        ExecuteAsync("UPDATE queue.messages SET visible_at = clock_timestamp() + $3 WHERE id = $1 AND attempts = $2", claimed, ct, visibility);

    public Task DeleteAsync(ClaimedMessage claimed, CancellationToken ct) =>
        ExecuteAsync("DELETE FROM queue.messages WHERE id = $1 AND attempts = $2", claimed, ct);

    public Task GiveBackAsync(ClaimedMessage claimed, TimeSpan delay, bool countAttempt, CancellationToken ct) =>
        ExecuteAsync(
            """
            WITH given AS (UPDATE queue.messages SET claimed = false, attempts = attempts - $4, visible_at = clock_timestamp() + $3 WHERE id = $1 AND attempts = $2)
            SELECT pg_notify('queue_messages', '')
            """,
            claimed,
            ct,
            delay,
            countAttempt ? 0 : 1);

    public Task SetAsideAsync(ClaimedMessage claimed, string? reason, CancellationToken ct) =>
        ExecuteAsync("UPDATE queue.messages SET claimed = false, dead_at = clock_timestamp(), reason = $3 WHERE id = $1 AND attempts = $2", claimed, ct,
            reason ?? "");

    public async Task<int> ReviveAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"""
            WITH revived AS (UPDATE queue.messages SET dead_at = NULL, reason = NULL, attempts = 0, visible_at = clock_timestamp() WHERE dead_at IS NOT NULL RETURNING id)
            SELECT count(*), pg_notify('{PostgresQueue.Channel}', '')::text FROM revived
            """);
        return (int)(long)(await command.ExecuteScalarAsync(ct) ?? 0L);
    }

    public async Task<QueueDepth> MeasureAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            SELECT count(*) FILTER (WHERE dead_at IS NULL AND NOT (claimed AND visible_at > clock_timestamp())),
                   count(*) FILTER (WHERE dead_at IS NULL AND claimed AND visible_at > clock_timestamp()),
                   count(*) FILTER (WHERE dead_at IS NOT NULL),
                   coalesce(clock_timestamp() - min(enqueued_at) FILTER (WHERE dead_at IS NULL AND NOT claimed), interval '0')
            FROM queue.messages
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new QueueDepth(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetTimeSpan(3));
    }

    private async Task ExecuteAsync(string sql, ClaimedMessage claimed, CancellationToken ct, params object[] more)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = claimed.Message.Id });
        command.Parameters.Add(new() { Value = claimed.Attempt });
        foreach (var value in more) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>A message this process may settle until its claim runs out.</summary>
internal sealed record ClaimedMessage(MessageEnvelope Message, int Attempt);
