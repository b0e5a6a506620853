using System.Globalization;
using ImageService.Api.Http;
using ImageService.Core.Errors;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Assets;

/// <summary>The order of a list and where its page begins: after the row whose sort value and id the cursor holds.</summary>
internal sealed record AssetOrder
{
    private AssetOrder(string sort) => Sort = sort;

    private string Sort { get; }

    private Guid? After { get; init; }

    private string Value { get; init; } = "";

    private long Number { get; init; }

    /// <summary>Reads sort and cursor.</summary>
    public static Result<AssetOrder> Read(string? sort, string? cursor)
    {
        var order = new AssetOrder(string.IsNullOrEmpty(sort) ? "newest" : sort);
        if (order.Sort is not ("newest" or "oldest" or "name" or "size" or "used" or "unused"))
            return Problems.Invalid("sort must be newest, oldest, name, size, used or unused.");
        if (order.Sort is "newest" or "oldest")
            return Cursor.ReadId(cursor).Map(after => order with { After = after });
        if (!Cursor.ReadName(cursor).TryGet(out var text, out var error))
            return error;
        if (text is null)
            return order;
        var bar = text.IndexOf('|', StringComparison.Ordinal);
        var number = 0L;
        return bar == 32 && Guid.TryParseExact(text[..bar], "N", out var id)
            && (order.Sort is "name" || long.TryParse(text[(bar + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out number))
            && (order.Sort is "name" or "size" || number <= DateTimeOffset.MaxValue.Ticks)
            ? order with { After = id, Value = text[(bar + 1)..], Number = number }
            : Problems.Invalid("The cursor is of another sort. Leave it out to begin at the first page.");
    }

    public IQueryable<AssetRow> Apply(IQueryable<AssetRow> rows) => Sort switch
    {
        "oldest" => rows.Where(row => After == null || row.Asset.Id > After).OrderBy(row => row.Asset.Id),
        "name" => (After is null
            ? rows : rows.Where(row => string.Compare(row.Asset.Filename, Value) > 0 || (row.Asset.Filename == Value && row.Asset.Id < After)))
            .OrderBy(row => row.Asset.Filename).ThenByDescending(row => row.Asset.Id),
        "size" => (After is null ? rows : rows.Where(row => row.Version.SizeBytes < Number || (row.Version.SizeBytes == Number && row.Asset.Id < After)))
            .OrderByDescending(row => row.Version.SizeBytes).ThenByDescending(row => row.Asset.Id),
        "used" => ByUse(rows).OrderByDescending(row => row.Use!.LastUsedAt).ThenByDescending(row => row.Use!.AssetId),
        "unused" => ByUse(rows).OrderBy(row => row.Use!.LastUsedAt).ThenBy(row => row.Use!.AssetId),
        _ => rows.Where(row => After == null || row.Asset.Id < After).OrderByDescending(row => row.Asset.Id),
    };

    public string CursorOf(AssetRow last) => Sort switch
    {
        "name" => Cursor.Of($"{last.Asset.Id:N}|{last.Asset.Filename}"),
        "size" => Cursor.Of(string.Create(CultureInfo.InvariantCulture, $"{last.Asset.Id:N}|{last.Version.SizeBytes}")),
        "used" or "unused" => Cursor.Of(string.Create(CultureInfo.InvariantCulture, $"{last.Asset.Id:N}|{last.Use!.LastUsedAt.UtcTicks}")),
        _ => Cursor.Of(last.Asset.Id),
    };

    /// <summary>Rows after the cursor's, compared as rows: an index begins there.</summary>
    private IQueryable<AssetRow> ByUse(IQueryable<AssetRow> rows)
    {
        if (After is not { } id)
            return rows;
        var time = new DateTimeOffset(Number, TimeSpan.Zero);
        return Sort is "used"
            ? rows.Where(row => EF.Functions.LessThan(ValueTuple.Create(row.Use!.LastUsedAt, row.Use.AssetId), ValueTuple.Create(time, id)))
            : rows.Where(row => EF.Functions.GreaterThan(ValueTuple.Create(row.Use!.LastUsedAt, row.Use.AssetId), ValueTuple.Create(time, id)));
    }
}
