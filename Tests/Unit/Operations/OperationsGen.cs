using System.Globalization;
using CsCheck;
using ImageService.Core.Operations;

namespace ImageService.Tests.Core.Operations;

/// <summary>Random valid operations, originals, and other ways to say the same.</summary>
internal static class OperationsGen
{
    private static readonly Gen<string> Side = Gen.OneOf(Gen.Int[1, 60], Gen.Int[1, 4000], Gen.Int[1, OperationsGrammar.MaxSidePx])
        .Select(px => px.ToString(CultureInfo.InvariantCulture));

    /// <summary>10⁻⁴ of a side; edges, quarters and the centre more often than chance has them.</summary>
    private static readonly Gen<int> Focal = Gen.OneOf(Gen.Int[0, 10_000], Gen.Int[0, 4].Select(quarter => quarter * 2_500));

    private static readonly Gen<string> OverlaySlug = Gen.OneOf("badge", "new_in_", "_", "7");

    private static readonly Gen<string> OverlayText = Gen.OneOf(
        Gen.Char["aZ09 ~-_/+\néжע世"].Array[0, 60].Select(characters => new string(characters)), Gen.Const("😀 👩‍👩‍👧"), Gen.Const(""));

    private static readonly Gen<string>[] Operations =
    [
        Gen.OneOf("jpg", "png", "webp", "avif", "gif", "jxl", "auto").Select(format => $"fmt_{format}"),
        Side.Select(side => $"w_{side}"),
        Side.Select(side => $"h_{side}"),
        Gen.OneOf("cover", "contain", "fill", "inside", "outside", "pad").Select(fit => $"f_{fit}"),
        Gen.OneOf("center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest", "smart", "focal")
            .Select(gravity => $"g_{gravity}"),
        Gen.OneOf(Gen.UShort.Select(n => $"b_{n & 0xfff:x3}"), Gen.UShort.Select(n => $"b_{n:x4}"), Gen.UInt.Select(n => $"b_{n & 0xffffff:x6}"),
            Gen.UInt.Select(n => $"b_{n:x8}")),
        Gen.Int[0, 120].Select(quality => quality > 115 ? "q_eco" : quality > 110 ? "q_auto" : $"q_{quality}"),
        Gen.OneOf("r_90", "r_180", "r_270"),
        Gen.Int[0, 1000].Select(amount => $"sharpen_{(amount / 100.0).ToString(CultureInfo.InvariantCulture)}"),
        Gen.Int[300, 1_000_000].Select(sigma => $"blur_{(sigma / 1000.0).ToString(CultureInfo.InvariantCulture)}"),
        Gen.Const("bw"),
        Gen.Const("flip"),
        Gen.Const("flop"),
        Focal.Select(point => $"fx_{(point / 10_000.0).ToString("0.####", CultureInfo.InvariantCulture)}"),
        Focal.Select(point => $"fy_{(point / 10_000.0).ToString("0.####", CultureInfo.InvariantCulture)}"),
        Gen.OneOf(Gen.Select(Gen.Int[1, 30], Gen.Int[1, 30]).Select(r => $"ar_{r.Item1}:{r.Item2}"), Gen.Int[1, 40_000].Select(r => $"ar_{Text4(r)}")),
        Gen.Int[100, 400].Select(ratio => $"dpr_{Hundredths(ratio)}"),
        Gen.OneOf(
            Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30], Gen.Int[1, 9000], Gen.Int[1, 9000])
                .Select(box => $"crop_{box.Item1},{box.Item2},{box.Item3},{box.Item4}"),
            Gen.Select(Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[1, 9], Gen.Int[1, 9])
                .Select(box => $"crop_0.{box.Item1},0.{box.Item2},0.{box.Item3},1.{box.Item4}")),
        Gen.Int[0, 10_000].Select(tolerance => $"trim_{Hundredths(tolerance)}"),
        Gen.OneOf(
            Gen.Int[0, Padding.MaxPx].Select(px => $"pad_{px}"),
            Gen.Select(Gen.Int[0, 9], Gen.Int[0, 9]).Select(px => $"pad_{px.Item1},{px.Item2}"),
            Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3]).Select(px => $"pad_{px.Item1},{px.Item2},{px.Item3},{px.Item4}")),
        Gen.Int[0, 500].Select(px => px == 500 ? "round_max" : $"round_{px}"),
        Gen.Int[0, 30_000].Select(percent => $"bri_{Hundredths(percent)}"),
        Gen.Int[0, 30_000].Select(percent => $"con_{Hundredths(percent)}"),
        Gen.Int[0, 30_000].Select(percent => $"sat_{Hundredths(percent)}"),
        Gen.Int[10, 1000].Select(gamma => $"gam_{Hundredths(gamma)}"),
        Gen.UInt.Select(n => $"tint_{n & 0xffffff:x6}"),
        Gen.Select(Gen.UInt, Gen.UShort).Select(n => $"duotone_{n.Item1 & 0xffffff:x6},{n.Item2 & 0xfff:x3}"),
        Gen.Int[2, 512].Select(px => $"pixelate_{px}"),
        Gen.Int[1000, 10_000_000].Select(bytes => $"bytes_{bytes}"),
        OverlaySlug.Select(slug => $"o_{slug}"),
        OverlaySlug.Select(slug => $"o2_{slug}"),
        OverlaySlug.Select(slug => $"o3_{slug}"),
        Gen.Int[100, 400].Select(ratio => $"odpr_{Hundredths(ratio)}"),
        .. Enumerable.Range(1, OverlayTexts.Count).Select(number => OverlayText.Select(text => $"t{number}_{OverlayTexts.Write(text)}")),
    ];

    /// <summary>Between one and all operations, each at most once, in any order; a ratio beside at most one side.</summary>
    public static Gen<string[]> Parts { get; } =
        Gen.Select(Gen.Shuffle(Enumerable.Range(0, Operations.Length).ToArray()), Gen.Int[1, 7])
            .SelectMany((order, count) => Gen.OneOf(Gen.Const(count), Gen.Const(Operations.Length)).SelectMany(take => All(order.Take(take))))
            .Select(WithoutContradiction);

    /// <summary>One text's parts, the same for the same seed.</summary>
    public static string[] Sample(uint seed) => Parts.Generate(new PCG(1, seed), null, out _);

    public static Gen<string> Text { get; } = Gen.Frequency((1, Gen.Const("original")), (30, Parts.Select(parts => string.Join('-', parts))));

    public static Gen<ImageFormat> Format { get; } = Gen.Enum<ImageFormat>();

    public static Gen<SourceFacts> Source { get; } =
        from width in Gen.OneOf(Gen.Int[1, 40], Gen.Int[1, 9000])
        from height in Gen.OneOf(Gen.Int[1, 40], Gen.Int[1, 9000], Gen.Const(width))
        from alpha in Gen.Bool
        from focal in Gen.Bool
        from x in Gen.Double[0, 1]
        from y in Gen.Double[0, 1]
        from format in Format
        from deliverable in Gen.Bool
        from drawing in Gen.Int[0, 4]
        let facts = new SourceFacts
        {
            Width = width,
            Height = height,
            HasAlpha = alpha,
            Frames = 1,
            ContentHash = new string('a', 64),
            FocalX = focal ? x : null,
            FocalY = focal ? y : null,
            Format = deliverable && drawing > 0 ? format : null,
        }
        select drawing == 0 ? facts.AsDrawing() : facts;

    public static CanonicalOperations Resolve(string text, ImageFormat format, SourceFacts source) =>
        TryResolve(text, format, source) ?? throw new InvalidOperationException($"{text} leaves nothing of the picture.");

    /// <summary>The canonical form; null where a crop leaves nothing of this picture.</summary>
    public static CanonicalOperations? TryResolve(string text, ImageFormat format, SourceFacts source) =>
        CanonicalOperations.Resolve(OperationsParser.Parse(text).Value, format, source, 85).TryGet(out var canonical, out var error) ? canonical
        : error.Detail.Contains("leaves nothing", StringComparison.Ordinal) ? null
        : throw new InvalidOperationException(error.Detail);

    /// <summary>The same operations in another order, with numbers, colours and defaults written in other ways.</summary>
    public static IEnumerable<string> SaidOtherwise(string[] parts, Random random)
    {
        var said = parts.Select(part => Otherwise(part, random)).ToList();
        var keys = parts.Select(part => part.Split('_')[0]).ToHashSet(StringComparer.Ordinal);
        Add("f", "f_cover");
        Add("g", "g_center");
        Add("q", "q_85");
        Add("sharpen", "sharpen_0");
        Add("pad", "pad_0");
        Add("round", "round_0");
        Add("bri", "bri_100");
        Add("gam", "gam_1");
        Add("dpr", "dpr_1");
        if (keys.Contains("w") != keys.Contains("h") && !keys.Contains("f") && !keys.Contains("ar"))
            said.Add(random.Next(2) == 0 ? "f_inside" : "f_pad");
        return said.OrderBy(_ => random.Next()).ToList();

        void Add(string key, string text)
        {
            if (!keys.Contains(key) && random.Next(2) == 0 && (key != "f" || (keys.Contains("w") && keys.Contains("h"))))
                said.Add(text);
        }
    }

    private static string Otherwise(string part, Random random)
    {
        var (key, value) = part.Split('_', 2) is [var k, var v] ? (k, v) : (part, "");
        return (key, random.Next(2)) switch
        {
            (_, 0) => part,
            ("w" or "h", _) => $"{key}_0{value}.{random.Next(1000)}",
            ("fmt", _) when value == "auto" => "f_auto",
            ("f", _) when value is "pad" => "f_contain",
            ("f", _) when value is "contain" => "f_pad",
            ("b", _) when value.Length is 3 or 4 => "b_" + string.Concat(value.Select(digit => $"{digit}{char.ToUpperInvariant(digit)}")),
            ("b", _) when value.Length == 6 => part + "Ff",
            ("q", _) when value is "0" => "q_1",
            ("q", _) when value is [_, _, _] and not "eco" => "q_100",
            ("tint", _) => part.ToUpperInvariant().Replace("TINT", "tint", StringComparison.Ordinal),
            ("pad", _) when !value.Contains(',', StringComparison.Ordinal) => $"pad_{value},{value}",
            ("pad", _) when value.Split(',') is [var vertical, var across] => $"pad_{vertical},{across},{vertical},{across}",
            ("ar", _) when value.Split(':') is [var wide, var high] => $"ar_{wide}.0:0{high}",
            ("ar", _) => $"{part}:1",
            ("r", _) => part + ".0",
            ("sharpen" or "blur" or "fx" or "fy" or "trim" or "bri" or "con" or "sat" or "gam" or "dpr" or "odpr", _) =>
                $"{key}_0{value}{(value.Contains('.', StringComparison.Ordinal) ? "00" : ".00")}",
            _ => part,
        };
    }

    private static string[] WithoutContradiction(string[] parts) =>
        Array.Exists(parts, part => part.StartsWith("w_", StringComparison.Ordinal))
            && Array.Exists(parts, part => part.StartsWith("h_", StringComparison.Ordinal))
            ? [.. parts.Where(part => !part.StartsWith("ar_", StringComparison.Ordinal))]
            : parts;

    private static string Hundredths(int number) => (number / 100.0).ToString(CultureInfo.InvariantCulture);

    private static string Text4(int number) => (number / 10_000.0).ToString("0.####", CultureInfo.InvariantCulture);

    private static Gen<string[]> All(IEnumerable<int> which) =>
        which.Select(index => Operations[index]).Aggregate(
            Gen.Const(Array.Empty<string>()),
            (all, one) => Gen.Select(all, one, (texts, text) => texts.Append(text).ToArray()));
}
