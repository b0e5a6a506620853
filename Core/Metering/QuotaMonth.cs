namespace ImageService.Core.Metering;

/// <summary>The period of monthly quotas: a calendar month in UTC, named by its first day.</summary>
public static class QuotaMonth
{
    /// <summary>The month that a moment lies in.</summary>
    public static DateOnly Of(DateTimeOffset moment) => new(moment.UtcDateTime.Year, moment.UtcDateTime.Month, 1);

    /// <summary>How long the month still lasts.</summary>
    public static TimeSpan Rest(DateTimeOffset moment) => new DateTimeOffset(Of(moment).AddMonths(1), TimeOnly.MinValue, TimeSpan.Zero) - moment;
}
