using System.Text;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;

namespace ImageService.Core.Dialects;

/// <summary>
/// Reads an access log of the service before, as a customer has it, and says what share of it this host would serve, and by name what it would not. Nothing
/// is made, counted or written.
/// </summary>
public sealed class LogReport(HostDirectory hosts, AssetDirectory assets, TenantDirectory tenants, OldUrlReader reader)
{
    private const int MostNames = 10_000;
    private const int LongestLine = 16 * 1024;

    private static readonly SourceFacts Unknown = new()
    {
        Width = 1000,
        Height = 1000,
        HasAlpha = false,
        Frames = 1,
        ContentHash = new string('0', 64),
        FocalX = null,
        FocalY = null,
        Format = ImageFormat.Jpg,
    };

    /// <summary>Reads the log.</summary>
    /// <param name="host">Whose URLs.</param>
    /// <param name="lines">URLs, targets, or lines of the common and combined log formats; any other line is counted and skipped.</param>
    /// <param name="ct">Ends the reading.</param>
    public async Task<LogSummary> ReadAsync(HostFacts host, IAsyncEnumerable<string> lines, CancellationToken ct)
    {
        var summary = new LogSummary();
        if (await tenants.FindSpaceAsync(host.OrganizationSlug, host.TenantSlug, host.SpaceSlug, ct) is not { } space)
            return summary;
        await foreach (var line in lines.WithCancellation(ct))
        {
            if (line.Length > LongestLine || TargetOf(line, host.Hostname) is not { } target)
                summary.Unreadable++;
            else
                await TakeAsync(host, space, target, summary, ct);
        }

        return summary;
    }

    /// <summary>The request target of a log's line; null where it has none, or one of another host.</summary>
    public static string? TargetOf(string line, string hostname)
    {
        var text = line.Trim();
        var quote = text.IndexOf("\"GET ", StringComparison.Ordinal);
        if (quote < 0)
            quote = text.IndexOf("\"HEAD ", StringComparison.Ordinal);
        if (quote >= 0)
        {
            var start = text.IndexOf(' ', quote) + 1;
            var end = text.IndexOfAny([' ', '"'], start);
            text = end < 0 ? text[start..] : text[start..end];
        }

        var scheme = text.StartsWith("http://", StringComparison.Ordinal) ? 7 : text.StartsWith("https://", StringComparison.Ordinal) ? 8 : 0;
        if (scheme == 0)
            return text.StartsWith('/') && !text.Contains(' ', StringComparison.Ordinal) ? text : null;
        var slash = text.IndexOf('/', scheme);
        var authority = slash < 0 ? text[scheme..] : text[scheme..slash];
        var isOurs = authority.Split(':')[0].Equals(hostname, StringComparison.OrdinalIgnoreCase);
        return isOurs && slash >= 0 && !text.Contains(' ', StringComparison.Ordinal) ? text[slash..] : null;
    }

    private async Task TakeAsync(HostFacts host, SpaceScope space, string target, LogSummary summary, CancellationToken ct)
    {
        summary.Requests++;
        if (!reader.Judge(host, target).TryGet(out var judged, out var refusal))
        {
            if (refusal.Code is ErrorCode.InvalidSignature)
                summary.BadSignatures++;
            else
                Count(summary.Foreign, refusal.Code is ErrorCode.NotFound ? "no image URL of this dialect" : refusal.Detail);
            return;
        }

        var asset = await hosts.FindAssetAsync(host, judged.Url.Source, ct) is { } id ? await assets.FindCurrentAsync(space, id, ct) : null;
        var source = asset is null ? Unknown : Unknown with { Width = asset.Width, Height = asset.Height, HasAlpha = asset.HasAlpha, Frames = asset.Frames };
        var unmapped = judged.Dialect?.Map(judged.Url, source).Unmapped ?? [];
        foreach (var option in unmapped)
            Count(summary.Unmapped, option);
        if (asset is null)
            Count(summary.Unnamed, judged.Url.Source);
        else if (asset.Access is AssetAccess.Private && !judged.IsSigned)
            summary.Private++;
        else if (unmapped.Count == 0 || host.IsLenient)
            summary.Served++;
    }

    private static void Count(Dictionary<string, int> counts, string name)
    {
        if (counts.TryGetValue(name, out var count))
            counts[name] = count + 1;
        else if (counts.Count < MostNames)
            counts[name] = 1;
    }
}

/// <summary>What a log holds, seen from a host.</summary>
public sealed class LogSummary
{
    /// <summary>Requests for this host.</summary>
    public int Requests { get; internal set; }

    /// <summary>Of these, how many would get their image.</summary>
    public int Served { get; internal set; }

    /// <summary>How many carry a signature that no key of the host made.</summary>
    public int BadSignatures { get; internal set; }

    /// <summary>How many ask for a private picture without a signature.</summary>
    public int Private { get; internal set; }

    /// <summary>Lines without a URL of this host.</summary>
    public int Unreadable { get; internal set; }

    /// <summary>Options without a counterpart, by name.</summary>
    public Dictionary<string, int> Unmapped { get; } = new(StringComparer.Ordinal);

    /// <summary>Old names that no alias knows.</summary>
    public Dictionary<string, int> Unnamed { get; } = new(StringComparer.Ordinal);

    /// <summary>URLs that the dialect does not know, by the reason.</summary>
    public Dictionary<string, int> Foreign { get; } = new(StringComparer.Ordinal);

    /// <summary>For people: the share first, then what is missing, the most frequent first.</summary>
    /// <param name="most">Names of each kind.</param>
    public string Write(int most = 20)
    {
        var text = new StringBuilder();
        text.AppendLine(FormattableString.Invariant($"requests {Requests}, served {Served} ({(Requests == 0 ? 0 : 100.0 * Served / Requests):0.0} %)"));
        text.AppendLine(FormattableString.Invariant(
            $"signature not valid {BadSignatures}, private without a signature {Private}, lines without a URL of this host {Unreadable}"));
        Append("options without a counterpart", Unmapped);
        Append("pictures without an alias", Unnamed);
        Append("not understood", Foreign);
        return text.ToString();

        void Append(string title, Dictionary<string, int> counts)
        {
            if (counts.Count == 0)
                return;
            text.AppendLine(FormattableString.Invariant($"{title}: {counts.Values.Sum()} in {counts.Count} kinds"));
            foreach (var (name, count) in counts.OrderByDescending(static pair => pair.Value)
                .ThenBy(static pair => pair.Key, StringComparer.Ordinal).Take(most))
                text.AppendLine(FormattableString.Invariant($"  {count,8}  {name}"));
        }
    }
}
