using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using ImageService.Core.Operations;

namespace ImageService.Benchmarks.Operations;

/// <summary>
/// Asks a running gateway for made-up files of one image, some at a time: no answer is the server's own fault (500), a refusal is a problem with a code, a
/// picture is a picture, and what the grammar refuses is 400.
/// </summary>
internal static class FuzzGateway
{
    private const int AtOnce = 8;
    private static readonly SearchValues<char> Separators = SearchValues.Create("/\\?#%\0");
    private static readonly string[] Extensions = ["jpg", "jpeg", "png", "webp", "avif", "gif", "jxl", "bmp", ""];
    private static readonly string[] Accepts = ["*/*", "image/avif,image/webp,*/*;q=0.8", "image/webp,*/*", "image/jxl", "image/webp;q=0"];

    /// <summary>Asks.</summary>
    /// <param name="prefix">
    /// URL of the version: <c>http://127.0.0.1:8080/v1/pub/acme/website/marketing/img/{id}/v1/</c>; of a small picture, as about a thousand are made.
    /// </param>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same texts for the same.</param>
    public static async Task<int> RunAsync(string prefix, long count, long seed)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, MaxConnectionsPerServer = AtOnce });
        var random = new SplitMix((ulong)seed);
        var clock = Stopwatch.StartNew();
        var answers = new Dictionary<string, long>();
        var (findings, slowest, next) = (0, TimeSpan.Zero, 0L);
        var turn = new Lock();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => AskAsync()));
        foreach (var (answer, number) in answers.OrderByDescending(static pair => pair.Value))
            Console.WriteLine($"  {answer,-40} {number}");
        Console.WriteLine(FormattableString.Invariant(
            $"{count} URLs, seed {seed}: {findings} findings, {clock.Elapsed.TotalSeconds:0} s, longest {slowest.TotalMilliseconds:0} ms"));
        return findings == 0 ? 0 : 1;

        async Task AskAsync()
        {
            while (true)
            {
                (string Operations, string File, string Accept) asked;
                lock (turn)
                {
                    if (next++ >= count)
                        return;
                    var (operations, extension) = (RandomOperations.Make(random), Extensions[Math.Min(random.Below(60) / 6, Extensions.Length - 1)]);
                    asked = (operations, extension.Length > 0 ? $"{operations}.{extension}" : operations, Accepts[random.Below(Accepts.Length)]);
                }

                var started = Stopwatch.GetTimestamp();
                var (answer, wrong) = await JudgedAsync(client, prefix, asked.Operations, asked.File, asked.Accept);
                var took = Stopwatch.GetElapsedTime(started);
                lock (turn)
                {
                    answers[answer] = answers.GetValueOrDefault(answer) + 1;
                    slowest = took > slowest ? took : slowest;
                    if (wrong is null)
                        continue;
                    findings++;
                    Console.Error.WriteLine($"{answer}: {wrong}\n  {Escaped(asked.File)}");
                }
            }
        }
    }

    private static async Task<(string Answer, string? Wrong)> JudgedAsync(HttpClient client, string prefix, string operations, string file, string accept)
    {
        var url = new Uri($"{prefix}{Escaped(file)}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await client.SendAsync(request);
        var status = response.StatusCode;
        var type = response.Content.Headers.ContentType?.MediaType ?? "nothing";
        var body = await response.Content.ReadAsStringAsync();
        var code = type == "application/problem+json" ? Code(body) : type;
        var answer = string.Create(CultureInfo.InvariantCulture, $"{(int)status} {code}");

        // One segment of the path, whole: what the parser is given is what was made.
        var isPlain = !operations.AsSpan().ContainsAny(Separators) && !operations.Contains("..", StringComparison.Ordinal);
        var wrong = status switch
        {
            HttpStatusCode.ServiceUnavailable when response.Headers.RetryAfter is null => "no Retry-After",
            >= HttpStatusCode.InternalServerError and not HttpStatusCode.ServiceUnavailable => "the server's own fault",
            HttpStatusCode.OK when !type.StartsWith("image/", StringComparison.Ordinal) => "no picture",
            HttpStatusCode.OK when isPlain && !OperationsParser.Parse(operations).IsSuccess => "a picture of what the grammar refuses",

            // Kestrel itself refuses a NUL, before anybody could say why.
            HttpStatusCode.BadRequest when file.Contains('\0', StringComparison.Ordinal) => null,
            >= HttpStatusCode.BadRequest when type != "application/problem+json" => "no problem",
            _ => null,
        };
        return (answer, wrong);
    }

    private static string Code(string body)
    {
        using var problem = System.Text.Json.JsonDocument.Parse(body);
        return problem.RootElement.TryGetProperty("code", out var code) ? code.GetString() ?? "" : "a problem without a code";
    }

    // What cannot stand in a request line, as browsers escape it; the rest goes as it is.
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        foreach (var octet in Encoding.UTF8.GetBytes(text))
            _ = octet is > 0x20 and < 0x7f && octet is not ((byte)'"' or (byte)'#') ? escaped.Append((char)octet)
                : escaped.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        return escaped.ToString();
    }
}
