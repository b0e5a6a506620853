using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ImageService.Api.Http;

/// <summary>
/// Sends an answer's body from memory that others read, too, without copying it, where the server's HTTP layer writes straight to the socket: HTTP/1 without
/// TLS. Everywhere else the body is copied, and so are small ones.
/// </summary>
/// <param name="connection">Whose output leads to the client.</param>
/// <param name="output">What the connection writes to if nothing stands between.</param>
/// <param name="rates">Of the server.</param>
internal sealed class LentBody(ConnectionContext connection, GatheredWriter output, LentRates rates)
{
    /// <summary>Bytes that are copied behind their headers: a second piece costs .NET's sockets more (docs/benchmarks.md). Both fit into a large block.</summary>
    private const int MostCopied = 48 * 1024;

    /// <summary>
    /// Writes the whole body of an answer, or the rest of it, and flushes: header and body go out by one send. The answer has a <c>Content-Length</c>.
    /// </summary>
    /// <param name="features">Of the request.</param>
    /// <param name="bytes">Never changed, and the collector's own: they are read until the end, whoever lets go of them meanwhile.</param>
    /// <param name="ct">Ends the waiting for a client that reads slowly.</param>
    public static ValueTask<FlushResult> WriteAsync(IFeatureCollection features, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        var body = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        return features.Get<LentBody>() is { } lent && lent.IsStraight(features)
            ? lent.SendAsync(features, body, bytes, ct)
            : body.Writer.WriteAsync(bytes, ct);
    }

    private ValueTask<FlushResult> SendAsync(IFeatureCollection features, IHttpResponseBodyFeature body, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        if (bytes.Length <= MostCopied)
        {
            output.ExpectBody();
            return body.Writer.WriteAsync(bytes, ct);
        }

        var starting = body.StartAsync(ct);
        return starting.IsCompletedSuccessfully ? Write(features, body.Writer, bytes, ct) : WriteStartedAsync(starting, features, body.Writer, bytes, ct);
    }

    /// <summary>Neither TLS nor another middleware of the connection stands between, nor frames of HTTP/2.</summary>
    private bool IsStraight(IFeatureCollection features) =>
        ReferenceEquals(connection.Transport.Output, output) && features.Get<IHttpRequestFeature>() is { Protocol: var protocol }
            && (HttpProtocol.IsHttp11(protocol) || HttpProtocol.IsHttp10(protocol));

    private async ValueTask<FlushResult> WriteStartedAsync(
        Task starting, IFeatureCollection features, PipeWriter body, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        await starting;
        return await Write(features, body, bytes, ct);
    }

    private ValueTask<FlushResult> Write(IFeatureCollection features, PipeWriter body, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        if (!output.TryLend(bytes, body))
            return body.WriteAsync(bytes, ct);
        // The server reckons the time a client may take from the bytes that it has copied itself.
        if (features.Get<IHttpMinResponseDataRateFeature>() is { MinDataRate: { } least } rate)
            rate.MinDataRate = rates.For(least, bytes.Length);
        return body.FlushAsync(ct);
    }
}
