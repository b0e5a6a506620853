namespace ImageService.Portal.Workspaces;

/// <summary>One quota against what is used, in words.</summary>
/// <param name="Name">Of what.</param>
/// <param name="Used">So far.</param>
/// <param name="Quota">At most.</param>
/// <param name="Forecast">By the end of the time, at the pace until now.</param>
/// <param name="Share">Used of the quota, percent, at most 100.</param>
/// <param name="IsTooMuch">Whether the forecast is above the quota.</param>
internal sealed record QuotaLine(string Name, string Used, string Quota, string Forecast, double Share, bool IsTooMuch)
{
    /// <param name="name">Of what.</param>
    /// <param name="used">So far.</param>
    /// <param name="quota">At most.</param>
    /// <param name="pace">The whole time over what of it is past, 1 or more; 1 for what does not grow with time.</param>
    /// <param name="write">Writes an amount.</param>
    public static QuotaLine Of(string name, long used, long quota, double pace, Func<long, string> write)
    {
        var forecast = used * pace;
        return new QuotaLine(name, write(used), write(quota), write((long)forecast), quota <= 0 ? 100 : Math.Min(100, used * 100.0 / quota), forecast > quota);
    }
}
