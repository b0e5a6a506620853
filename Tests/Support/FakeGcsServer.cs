using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ImageService.Tests.Support;

/// <summary>
/// A fake written from the public API reference of Google Cloud Storage (JSON API v1): resumable uploads, media downloads with ranges, metadata, listing by
/// pages,
/// rewriting to another class, removal, and the precondition <c>ifGenerationMatch=0</c>. It keeps objects in memory and asks for no credentials.
/// </summary>
public sealed class FakeGcsServer : IAsyncDisposable
{
    private const int PageSize = 1000;
    private readonly ConcurrentDictionary<string, Stored> _objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly WebApplication _app;
    private long _generation;

    public FakeGcsServer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public string Url => _app.Urls.First();

    public Task StartAsync() => _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Upload sessions that were begun and not finished: no object of any kind.</summary>
    public int Unfinished => _sessions.Count;

    private Task HandleAsync(HttpContext http)
    {
        // Object names come as one escaped segment, so the raw target is read.
        var target = http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        var segments = target.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        return (http.Request.Method, segments) switch
        {
            ("POST", ["upload", "storage", "v1", "b", _, "o"]) => BeginAsync(http),
            ("PUT", ["upload", "session", var id]) => TakeAsync(http, id),
            ("GET", ["storage", "v1", "b", _, "o"]) => ListAsync(http),
            ("GET", ["storage", "v1", "b", _, "o", var name]) => http.Request.Query["alt"] == "media" ? DownloadAsync(http, name) : DescribeAsync(http, name),
            ("DELETE", ["storage", "v1", "b", _, "o", var name]) => RemoveAsync(http, name),
            ("POST", ["storage", "v1", "b", _, "o", var from, "rewriteTo", "b", _, "o", var to]) => RewriteAsync(http, from, to),
            _ => FailAsync(http, StatusCodes.Status501NotImplemented),
        };
    }

    private async Task BeginAsync(HttpContext http)
    {
        var metadata = await ReadAsync(http);
        var id = Guid.CreateVersion7().ToString("n");
        _sessions[id] = new Session(metadata, http.Request.Query["ifGenerationMatch"] == "0");
        http.Response.Headers.Location = $"{Url}/upload/session/{id}";
    }

    private async Task TakeAsync(HttpContext http, string id)
    {
        if (!_sessions.TryGetValue(id, out var session))
        {
            await FailAsync(http, StatusCodes.Status404NotFound);
            return;
        }

        await http.Request.Body.CopyToAsync(session.Bytes);
        if (http.Request.Headers.ContentRange.ToString().EndsWith("/*", StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
            if (session.Bytes.Length > 0)
                http.Response.Headers.Range = $"bytes=0-{session.Bytes.Length - 1}";
            return;
        }

        _sessions.TryRemove(id, out _);
        var (name, bytes) = ((string)session.Metadata["name"]!, session.Bytes.ToArray());
        if ((string?)session.Metadata["md5Hash"] is { } told && told != Md5(bytes))
        {
            await FailAsync(http, StatusCodes.Status400BadRequest);
            return;
        }

        var stored = new Stored
        {
            Bytes = bytes,
            ContentType = (string?)session.Metadata["contentType"] ?? "application/octet-stream",
            StorageClass = (string?)session.Metadata["storageClass"] ?? "STANDARD",
            Generation = Interlocked.Increment(ref _generation),
            Updated = DateTimeOffset.UtcNow,
        };
        bool written;
        lock (_lock)
        {
            written = !session.OnlyCreate || !_objects.ContainsKey(name);
            if (written)
                _objects[name] = stored;
        }

        await (written ? AnswerAsync(http, Describe(name, stored)) : FailAsync(http, StatusCodes.Status412PreconditionFailed));
    }

    private Task ListAsync(HttpContext http)
    {
        var (prefix, after) = (http.Request.Query["prefix"].ToString(), http.Request.Query["pageToken"].ToString());
        var found = _objects.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(item.Key, after) > 0)
            .OrderBy(item => item.Key, StringComparer.Ordinal).Take(PageSize + 1).ToList();
        var page = new JsonObject
        {
            ["kind"] = "storage#objects",
            ["items"] = new JsonArray([.. found.Take(PageSize).Select(item => Describe(item.Key, item.Value))])
        };
        if (found.Count > PageSize)
            page["nextPageToken"] = found[PageSize - 1].Key;
        return AnswerAsync(http, page);
    }

    private Task DescribeAsync(HttpContext http, string name) =>
        _objects.TryGetValue(name, out var stored) ? AnswerAsync(http, Describe(name, stored)) : FailAsync(http, StatusCodes.Status404NotFound);

    private async Task DownloadAsync(HttpContext http, string name)
    {
        if (!_objects.TryGetValue(name, out var stored))
        {
            await FailAsync(http, StatusCodes.Status404NotFound);
            return;
        }

        var (from, to) = (0L, stored.Bytes.LongLength - 1);
        if (Microsoft.Net.Http.Headers.RangeHeaderValue.TryParse(http.Request.Headers.Range.ToString(), out var range))
        {
            (from, to) = (range.Ranges.First().From ?? 0, Math.Min(range.Ranges.First().To ?? to, to));
            if (from > to)
            {
                await FailAsync(http, StatusCodes.Status416RangeNotSatisfiable);
                return;
            }

            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            http.Response.Headers.ContentRange = $"bytes {from}-{to}/{stored.Bytes.Length}";
        }

        http.Response.ContentType = stored.ContentType;
        http.Response.Headers["x-goog-storage-class"] = stored.StorageClass;
        http.Response.Headers.LastModified = stored.Updated.ToString("R", CultureInfo.InvariantCulture);
        http.Response.ContentLength = to - from + 1;
        await http.Response.Body.WriteAsync(stored.Bytes.AsMemory((int)from, (int)(to - from + 1)));
    }

    private Task RemoveAsync(HttpContext http, string name)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return _objects.TryRemove(name, out _) ? Task.CompletedTask : FailAsync(http, StatusCodes.Status404NotFound);
    }

    private async Task RewriteAsync(HttpContext http, string from, string to)
    {
        var metadata = await ReadAsync(http);
        if (!_objects.TryGetValue(from, out var source))
        {
            await FailAsync(http, StatusCodes.Status404NotFound);
            return;
        }

        var copy =
            source with
            {
                StorageClass = (string?)metadata["storageClass"] ?? source.StorageClass,
                Generation = Interlocked.Increment(ref _generation),
                Updated = DateTimeOffset.UtcNow
            };
        _objects[to] = copy;
        await AnswerAsync(http, new JsonObject { ["kind"] = "storage#rewriteResponse", ["done"] = true, ["resource"] = Describe(to, copy) });
    }

    private static JsonObject Describe(string name, Stored stored) => new()
    {
        ["kind"] = "storage#object", ["name"] = name, ["size"] = $"{stored.Bytes.Length}", ["contentType"] = stored.ContentType,
        ["storageClass"] = stored.StorageClass,
        ["generation"] = $"{stored.Generation}", ["updated"] = stored.Updated.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        ["md5Hash"] = Md5(stored.Bytes), ["crc32c"] = Convert.ToBase64String(Crc32C(stored.Bytes)),
    };

    private static async Task<JsonObject> ReadAsync(HttpContext http)
    {
        var isPacked = http.Request.Headers.ContentEncoding == "gzip";
        await using var body = isPacked ? new GZipStream(http.Request.Body, CompressionMode.Decompress) : http.Request.Body;
        return (await JsonNode.ParseAsync(body))!.AsObject();
    }

    private static async Task AnswerAsync(HttpContext http, JsonNode body)
    {
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body.ToJsonString(JsonSerializerOptions.Web));
    }

    private static Task FailAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return AnswerAsync(http, new JsonObject { ["error"] = new JsonObject { ["code"] = status, ["message"] = "refused" } });
    }

    private static string Md5(byte[] bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(bytes);
        return Convert.ToBase64String(hash.GetHashAndReset());
    }

    /// <summary>CRC-32C (RFC 3720 appendix B.4), big-endian as the API writes it.</summary>
    private static byte[] Crc32C(byte[] bytes)
    {
        var (crc, whole) = (uint.MaxValue, bytes.Length & ~7);
        foreach (var value in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan(0, whole)))
            crc = System.Numerics.BitOperations.Crc32C(crc, value);
        foreach (var value in bytes.AsSpan(whole))
            crc = System.Numerics.BitOperations.Crc32C(crc, value);
        crc = ~crc;
        return [(byte)(crc >> 24), (byte)(crc >> 16), (byte)(crc >> 8), (byte)crc];
    }

    private sealed record Stored
    {
        public required byte[] Bytes { get; init; }

        public required string ContentType { get; init; }

        public required string StorageClass { get; init; }

        public required long Generation { get; init; }

        public required DateTimeOffset Updated { get; init; }
    }

    private sealed record Session(JsonObject Metadata, bool OnlyCreate)
    {
        public MemoryStream Bytes { get; } = new();
    }
}
