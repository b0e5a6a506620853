using System.Globalization;

namespace ImageService.Portal.Images;

/// <summary>Times for people: how long ago or ahead; the exact one stands beside it as a title.</summary>
internal static class Times
{
    public static string Relative(DateTimeOffset time, DateTimeOffset now)
    {
        var distance = now - time;
        var size = distance.Duration();
        if (size < TimeSpan.FromSeconds(45))
            return distance >= TimeSpan.Zero ? "just now" : "in a moment";
        var (count, unit) = size switch
        {
            _ when size < TimeSpan.FromMinutes(60) => (Math.Max(1, (int)Math.Round(size.TotalMinutes)), "minute"),
            _ when size < TimeSpan.FromHours(24) => ((int)Math.Round(size.TotalHours), "hour"),
            _ when size < TimeSpan.FromDays(45) => ((int)Math.Round(size.TotalDays), "day"),
            _ when size < TimeSpan.FromDays(365) => ((int)Math.Round(size.TotalDays / 30), "month"),
            _ => ((int)Math.Round(size.TotalDays / 365), "year"),
        };
        var text = $"{count.ToString(CultureInfo.InvariantCulture)} {unit}{(count == 1 ? "" : "s")}";
        return distance >= TimeSpan.Zero ? text + " ago" : "in " + text;
    }

    public static string Exact(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";
}
