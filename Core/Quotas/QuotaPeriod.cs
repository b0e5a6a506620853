namespace ImageService.Core.Quotas;

/// <summary>The periods that counters are kept by: a calendar month in UTC, named by its first day, and one for what never starts anew.</summary>
public static class QuotaPeriod
{
    /// <summary>The period of stored bytes and assets.</summary>
    public static readonly DateOnly Standing = DateOnly.MinValue;

    /// <summary>The month that a moment lies in.</summary>
    public static DateOnly MonthOf(DateTimeOffset moment) => new(moment.UtcDateTime.Year, moment.UtcDateTime.Month, 1);

    /// <summary>How long the month still lasts.</summary>
    public static TimeSpan RestOfMonth(DateTimeOffset moment) => new DateTimeOffset(MonthOf(moment).AddMonths(1), TimeOnly.MinValue, TimeSpan.Zero) - moment;
}
