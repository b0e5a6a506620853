using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace ImageService.Tests.Support;

/// <summary>Has PostgreSQL explain every query of the registry just before it runs: on its connection, with its role, settings and parameters.</summary>
internal sealed class ExplainedQueries : DbCommandInterceptor
{
    private readonly ConcurrentQueue<ExplainedQuery> _plans = [];
    private volatile bool _isOn;

    /// <summary>The plans of what <paramref name="work"/> asks.</summary>
    public async Task<IReadOnlyList<ExplainedQuery>> OfAsync(Func<Task> work)
    {
        _plans.Clear();
        _isOn = true;
        try
        {
            await work();
        }
        finally
        {
            _isOn = false;
        }

        return [.. _plans];
    }

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        if (!_isOn || !command.CommandText.TrimStart().StartsWith("SELECT", StringComparison.OrdinalIgnoreCase))
            return result;
        await using var explain = new NpgsqlCommand(
            $"EXPLAIN (ANALYZE, FORMAT JSON) {command.CommandText}", (NpgsqlConnection)command.Connection!, (NpgsqlTransaction?)command.Transaction)
        {
            CommandTimeout = command.CommandTimeout,
        };
        foreach (NpgsqlParameter parameter in command.Parameters)
            explain.Parameters.Add(parameter.Clone());
        var told = JsonNode.Parse((string)(await explain.ExecuteScalarAsync(cancellationToken))!)![0]!;
        var took = TimeSpan.FromMilliseconds(told["Planning Time"]!.GetValue<double>() + told["Execution Time"]!.GetValue<double>());
        _plans.Enqueue(new ExplainedQuery(command.CommandText, told["Plan"]!.AsObject(), took));
        return result;
    }
}

/// <summary>One query and how it was run.</summary>
/// <param name="Text">Its SQL.</param>
/// <param name="Plan">How it was run.</param>
/// <param name="Took">Planning it and running it, in the server.</param>
internal sealed record ExplainedQuery(string Text, JsonObject Plan, TimeSpan Took)
{
    /// <summary>All steps of the plan.</summary>
    public IEnumerable<PlanStep> Steps => StepsOf(Plan);

    private static IEnumerable<PlanStep> StepsOf(JsonObject node) =>
        [new PlanStep(node), .. (node["Plans"]?.AsArray() ?? []).SelectMany(static child => StepsOf(child!.AsObject()))];
}

/// <summary>One step of a plan.</summary>
internal sealed record PlanStep(JsonObject Node)
{
    /// <summary>For example <c>Index Scan</c>.</summary>
    public string Type => Node["Node Type"]!.GetValue<string>();

    /// <summary>The table that is read; null where none is.</summary>
    public string? Table => Node["Relation Name"]?.GetValue<string>();

    /// <summary>Rows that it looked at, kept or not.</summary>
    public double Rows =>
        (Number("Actual Rows") + Number("Rows Removed by Filter") + Number("Rows Removed by Index Recheck")) * Math.Max(1, Number("Actual Loops"));

    public override string ToString() => $"{Type} {Table} {Node["Index Name"]?.GetValue<string>()} ({Rows:0} rows)";

    private double Number(string name) => Node[name]?.GetValue<double>() ?? 0;
}
