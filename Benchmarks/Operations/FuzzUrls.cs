using System.Diagnostics;
using System.Globalization;
using ImageService.Core.Operations;
using ImageService.Core.Signing;

namespace ImageService.Benchmarks.Operations;

/// <summary>
/// Throws made-up operations, targets, queries and Accept headers at the code that reads them, and checks its laws: nothing throws, what is read can be written and read again,
/// resolving twice changes nothing. The same seed gives the same texts on every machine.
/// </summary>
internal static class FuzzUrls
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789_-.%/\\ABXYZ é\0?&=;,*\"";

    private static readonly string[] Pieces =
    [
        "w_", "h_", "f_cover", "f_pad", "f_auto", "f_", "g_smart", "g_focal", "g_north", "b_fff", "b_12345678", "b_", "q_auto", "q_", "fmt_webp", "fmt_jxl",
        "fmt_", "r_90", "r_", "sharpen_", "blur_",
        "bw", "flip", "flop", "fx_0.5", "fy_", "preset_a_b", "preset_", "original", "1", "0", "9", ".", "8192", "8193", "0.3", "99999999999999999999", "-",
        "-", "-", "--", "_", "é", "\0",
        "sig=", "exp=", "kid=", "&", "?", "%2f", "..", "/", "image/jxl", "image/avif", "image/webp", "image/*", "*/*", ";q=", ",",
    ];

    public static int Run(string[] options)
    {
        var count = Read(options, "--count", 1_000_000);
        var seed = Read(options, "--seed", 1);
        var random = new SplitMix((ulong)seed);
        var clock = Stopwatch.StartNew();
        long accepted = 0;
        for (long i = 0; i < count; i++)
        {
            var text = Make(random);
            try
            {
                if (Check(text, random) is { } broken)
                    return Report(i, seed, text, broken);
                accepted += OperationsParser.Parse(text).IsSuccess ? 1 : 0;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                return Report(i, seed, text, exception.ToString());
            }
        }

        Console.WriteLine($"{count} texts, seed {seed}: {accepted} accepted, {count - accepted} refused, no finding, {clock.Elapsed.TotalSeconds:0.0} s");
        return 0;
    }

    /// <summary>The law that does not hold; null when all do.</summary>
    private static string? Check(string text, SplitMix random)
    {
        _ = RawPath.IsSafe(text);
        _ = SignatureQuery.Read(text);
        var format = FormatNegotiation.Choose(text, (ImageFormat)random.Below(5), AllFormats, random.Below(2) == 0);
        if (!OperationsParser.Parse(text).TryGet(out var operations, out var error))
            return error.Detail.Length is > 0 and < 500 ? null : "a refusal without a readable detail";
        if (OperationsParser.Parse(OperationsText.Write(operations)).Value != operations)
            return "what was written is not read back the same";

        var source = new SourceFacts
        {
            Width = 1 + random.Below(9000),
            Height = 1 + random.Below(9000),
            HasAlpha = random.Below(2) == 0,
            Frames = 1,
            ContentHash = "0",
            FocalX = random.Below(101) / 100.0,
            FocalY = random.Below(101) / 100.0,
            Format = ImageFormat.Jpg,
        };
        var once = CanonicalOperations.Resolve(operations with { Preset = null }, format, source, 85).Value;
        var twice =
            CanonicalOperations.Resolve(once.Operations.Texts is null ? OperationsParser.Parse(once.Text).Value : once.Operations, format, source, 85).Value;
        if (once != twice)
            return $"resolving twice changes {once.Text} to {twice.Text}";
        return once.Text.Length <= OperationsGrammar.MaxCanonicalLength ? null : "the canonical form is too long";
    }

    private static readonly HashSet<ImageFormat> AllFormats = [.. Enum.GetValues<ImageFormat>()];

    /// <summary>Valid operations, valid ones with a few characters changed, pieces thrown together, or noise.</summary>
    private static string Make(SplitMix random)
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

    private static string Valid(SplitMix random)
    {
        var operations = new List<string>();
        foreach (var rule in OperationsGrammar.Rules.Where(_ => random.Below(3) == 0))
            operations.Add(rule.IsFlag ? rule.Name : $"{rule.Name}_{Value(rule, random)}");
        return operations.Count == 0 ? OperationsGrammar.Original : string.Join('-', operations.OrderBy(_ => random.Below(1000)));
    }

    private static string Value(OperationRule rule, SplitMix random) => rule.Key switch
    {
        OperationKey.Format => random.Below(6) == 5 ? "auto" : ((ImageFormat)random.Below(5)).Name(),
        OperationKey.Fit => ((Fit)random.Below(6)).Name(),
        OperationKey.Gravity => ((Gravity)random.Below(11)).Name(),
        OperationKey.Background => random.Below(int.MaxValue).ToString("x8", CultureInfo.InvariantCulture)[..new[] { 3, 4, 6, 8 }[random.Below(4)]],
        OperationKey.Rotation => new[] { "90", "180", "270" }[random.Below(3)],
        OperationKey.Overlay or OperationKey.Overlay2 or OperationKey.Overlay3 => "badge_" + random.Below(100),
        >= OperationKey.Text1 and <= OperationKey.Text9 => OverlayTexts.Write(new string((char)(32 + random.Below(5000)), random.Below(60))),
        OperationKey.Preset => "card_" + random.Below(100),
        OperationKey.FocalX or OperationKey.FocalY => (random.Below(10_001) / 10_000.0).ToString("0.####", CultureInfo.InvariantCulture),
        OperationKey.Sharpen => (random.Below(1001) / 100.0).ToString(CultureInfo.InvariantCulture),
        OperationKey.Blur => (0.3 + (random.Below(900_000) / 1000.0)).ToString("0.###", CultureInfo.InvariantCulture),
        _ => (1 + random.Below((int)rule.Max)).ToString(CultureInfo.InvariantCulture),
    };

    private static int Report(long index, long seed, string text, string finding)
    {
        Console.Error.WriteLine(
            $"Finding at text {index} of seed {seed}: {finding}\n{Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text))} (UTF-8)\n{text}");
        return 1;
    }

    private static long Read(string[] options, string name, long otherwise)
    {
        var at = Array.IndexOf(options, name);
        return at >= 0 && at + 1 < options.Length && long.TryParse(options[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value : otherwise;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): the same numbers in every version of .NET.</summary>
    private sealed class SplitMix(ulong state)
    {
        private ulong _state = state;

        public int Below(int limit)
        {
            _state += 0x9E3779B97F4A7C15;
            var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return (int)((mixed ^ (mixed >> 31)) % (ulong)limit);
        }
    }
}
