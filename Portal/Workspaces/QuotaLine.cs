namespace ImageService.Portal.Workspaces;

/// <summary>One quota against what is used, in words.</summary>
internal sealed record QuotaLine
{
    /// <summary>Of what.</summary>
    public required string Name { get; init; }

    /// <summary>So far.</summary>
    public required string Used { get; init; }

    /// <summary>At most.</summary>
    public required string Quota { get; init; }

    /// <summary>By the end of the time, at the pace until now.</summary>
    public required string Forecast { get; init; }

    /// <summary>Used of the quota, percent, at most 100.</summary>
    public required double Share { get; init; }

    /// <summary>Whether the forecast is above the quota.</summary>
    public required bool IsTooMuch { get; init; }

    /// <param name="name">Of what.</param>
    /// <param name="used">So far.</param>
    /// <param name="quota">At most.</param>
    /// <param name="pace">The whole time over what of it is past, 1 or more; 1 for what does not grow with time.</param>
    /// <param name="write">Writes an amount.</param>
    public static QuotaLine Of(string name, long used, long quota, double pace, Func<long, string> write)
    {
        var forecast = used * pace;
        return new QuotaLine
        {
            Name = name,
            Used = write(used),
            Quota = write(quota),
            Forecast = write((long)forecast),
            Share = quota <= 0 ? 100 : Math.Min(100, used * 100.0 / quota),
            IsTooMuch = forecast > quota,
        };
    }
}
