using System.Globalization;
using ImageService.Core.Operations;

namespace ImageService.Benchmarks.Operations;

/// <summary>Texts of operations: valid ones, valid ones with a few characters changed, pieces thrown together, noise.</summary>
internal static class RandomOperations
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789_-.%/\\ABXYZ é\0?&=;,*\":~";

    private static readonly string[] Pieces =
    [
        "w_", "h_", "f_cover", "f_pad", "f_auto", "f_", "g_smart", "g_focal", "g_north", "b_fff", "b_12345678", "b_", "q_auto", "q_eco", "q_", "fmt_webp",
        "fmt_jxl", "fmt_", "r_90", "r_", "sharpen_", "blur_", "w_auto", "ar_16:9", "ar_", "dpr_", "crop_", "crop_0.1,0.1,0.5,0.5", "trim_", "pad_",
        "pad_1,2,3,4", "round_max", "round_", "bri_", "con_", "sat_", "gam_", "tint_", "duotone_", "duotone_000,fff", "pixelate_", "bytes_", "o_", "o2_", "o3_",
        "odpr_", "t1_", "t9_", "bw", "flip", "flop", "fx_0.5", "fy_", "preset_a_b", "preset_", "original", "1", "0", "9", ".", ",", "8192", "8193",
        "0.3", "99999999999999999999",
        "-", "-", "-", "--", "_", "é", "\0",
        "sig=", "exp=", "kid=", "&", "?", "%2f", "..", "/", "image/jxl", "image/avif", "image/webp", "image/*", "*/*", ";q=", ",",
    ];

    public static string Make(SplitMix random)
    {
        var kind = random.Below(10);
        if (kind == 0)
            return new string([.. Enumerable.Range(0, random.Below(120)).Select(_ => Alphabet[random.Below(Alphabet.Length)])]);
        if (kind <= 3)
            return string.Concat(Enumerable.Range(0, 1 + random.Below(14)).Select(_ => Pieces[random.Below(Pieces.Length)]));
        var text = Valid(random);
        for (var changes = kind <= 6 ? 1 + random.Below(3) : 0; changes > 0 && text.Length > 0; changes--)
        {
            var at = random.Below(text.Length);
            text = random.Below(3) switch
            {
                0 => text.Remove(at, 1),
                1 => text.Insert(at, Alphabet[random.Below(Alphabet.Length)].ToString()),
                _ => text[..at] + Alphabet[random.Below(Alphabet.Length)] + text[(at + 1)..],
            };
        }

        return text;
    }

    // A ratio stands beside one side at most.
    private static string Valid(SplitMix random)
    {
        var share = 3 + random.Below(10);
        var keys = OperationsGrammar.Rules.Where(_ => random.Below(share) == 0).ToList();
        if (keys.Exists(static rule => rule.Key == OperationKey.Width) && keys.Exists(static rule => rule.Key == OperationKey.Height))
            keys.RemoveAll(static rule => rule.Key == OperationKey.AspectRatio);
        var operations = keys.Select(rule => rule.IsFlag ? rule.Name : $"{rule.Name}_{Value(rule, random)}").ToList();
        return operations.Count == 0 ? OperationsGrammar.Original : string.Join('-', operations.OrderBy(_ => random.Below(1000)));
    }

    private static string Value(OperationRule rule, SplitMix random) => rule.Key switch
    {
        OperationKey.Format => random.Below(7) == 6 ? "auto" : ((ImageFormat)random.Below(6)).Name(),
        OperationKey.Width when random.Below(10) == 0 => "auto",
        OperationKey.Quality when random.Below(4) == 0 => random.Below(2) == 0 ? "auto" : "eco",
        OperationKey.Fit => ((Fit)random.Below(6)).Name(),
        OperationKey.Gravity => ((Gravity)random.Below(11)).Name(),
        OperationKey.Background => Hex(random, new[] { 3, 4, 6, 8 }[random.Below(4)]),
        OperationKey.Tint => Hex(random, 3 + (3 * random.Below(2))),
        OperationKey.Duotone => $"{Hex(random, 6)},{Hex(random, 3)}",
        OperationKey.Rotation => new[] { "90", "180", "270" }[random.Below(3)],
        OperationKey.AspectRatio => random.Below(2) == 0 ? $"{1 + random.Below(30)}:{1 + random.Below(30)}" : Text((1 + random.Below(4000)) / 1000.0),
        OperationKey.Crop => random.Below(2) == 0
            ? $"{random.Below(40)},{random.Below(40)},{1 + random.Below(9000)},{1 + random.Below(9000)}"
            : $"0.{random.Below(10)},0.{random.Below(10)},0.{1 + random.Below(9)},0.{1 + random.Below(9)}",
        OperationKey.Pad => string.Join(',', Enumerable.Range(0, new[] { 1, 2, 4 }[random.Below(3)]).Select(_ => random.Below(Padding.MaxPx + 1))),
        OperationKey.Round when random.Below(3) == 0 => "max",
        OperationKey.Overlay or OperationKey.Overlay2 or OperationKey.Overlay3 => "badge_" + random.Below(100),
        >= OperationKey.Text1 and <= OperationKey.Text9 => OverlayTexts.Write(new string((char)(32 + random.Below(5000)), random.Below(60))),
        OperationKey.Preset => "card_" + random.Below(100),
        _ => Number(rule, random),
    };

    // Within the rule's range, with two decimals where it takes any, which whole numbers ignore.
    private static string Number(OperationRule rule, SplitMix random)
    {
        var (least, most) = ((int)Math.Ceiling(rule.Min * 100), (int)Math.Min(rule.Max * 100, int.MaxValue - 1));
        return Text((least + random.Below(most - least + 1)) / 100.0);
    }

    private static string Hex(SplitMix random, int digits) => random.Below(int.MaxValue).ToString("x8", CultureInfo.InvariantCulture)[^digits..];

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}

/// <summary>SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): the same numbers in every version of .NET.</summary>
internal sealed class SplitMix(ulong state)
{
    private ulong _state = state;

    /// <summary>From 0 to one below the limit.</summary>
    public int Below(int limit)
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)((mixed ^ (mixed >> 31)) % (ulong)limit);
    }
}
