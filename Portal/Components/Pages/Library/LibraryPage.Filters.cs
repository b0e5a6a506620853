using System.Globalization;
using ImageService.Portal.Client;
using Microsoft.AspNetCore.Components;

namespace ImageService.Portal.Components.Pages.Library;

/// <summary>What narrows the list by time, size and use.</summary>
public sealed partial class LibraryPage
{
    private const int MostDays = 3650;

    /// <summary>Days without a delivery that a chip offers.</summary>
    private static readonly int[] Unused = [30, 90, 365];

    /// <summary>Days back to the first upload that a chip offers.</summary>
    private static readonly int[] Uploaded = [7, 30, 365];

    /// <summary>Bytes at least that a chip offers.</summary>
    private static readonly long[] Larger = [1_000_000, 5_000_000, 20_000_000];

    /// <summary>Bytes at most that a chip offers.</summary>
    private static readonly long[] Smaller = [100_000, 20_000];

    private int? _unused;
    private int? _uploaded;
    private DateOnly? _from;
    private DateOnly? _until;
    private long? _larger;
    private long? _smaller;

    [SupplyParameterFromQuery(Name = "unused")]
    private int? UnusedInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "uploaded")]
    private int? UploadedInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? FromInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "until")]
    private string? UntilInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "larger")]
    private long? LargerInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "smaller")]
    private long? SmallerInAddress { get; set; }

    /// <summary>Whether something beside the folder narrows the list.</summary>
    private bool IsNarrowed => _tag is not null || _format is not null || _access is not null || _untagged || _unused is not null || _uploaded is not null
        || _from is not null || _until is not null || _larger is not null || _smaller is not null || !string.IsNullOrWhiteSpace(_words);

    private AssetFilter Filter => new(Tenant, Space)
    {
        // Words and filters are looked for everywhere below; without them a folder shows what is directly in it, and a space without folders everything.
        Folder = IsNarrowed || _folder != "/" || _folders.Count > 0 ? _folder : null,
        Recursive = IsNarrowed,
        Tag = _tag,
        Words = _words,
        Format = _format,
        Access = _access,
        Untagged = _untagged,
        UnusedDays = _unused,
        UploadedFrom = _from ?? (_uploaded is { } days ? DateOnly.FromDateTime(Clock.GetUtcNow().UtcDateTime).AddDays(-Math.Clamp(days, 1, MostDays)) : null),
        UploadedUntil = _until,
        MinBytes = _larger,
        MaxBytes = _smaller,
        Sort = _sort,
    };

    private void ReadFilters()
    {
        (_unused, _uploaded, _from, _until) = (UnusedInAddress, UploadedInAddress, Day(FromInAddress), Day(UntilInAddress));
        (_larger, _smaller) = (LargerInAddress is >= 0 ? LargerInAddress : null, SmallerInAddress is >= 0 ? SmallerInAddress : null);
    }

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < DateOnly.MaxValue ? day : null;

    private static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A day that is typed half is none yet; with a first day of its own the list needs no "last 7 days".</summary>
    private void GoToDay(string name, object? value)
    {
        var day = Day(Day(value as string));
        Go((name, day.Length == 0 ? null : day), ("uploaded", null));
    }

    private void Clear() => Go(("q", null), ("tag", null), ("format", null), ("access", null), ("untagged", null), ("unused", null), ("uploaded", null),
        ("from", null), ("until", null), ("larger", null), ("smaller", null));
}
