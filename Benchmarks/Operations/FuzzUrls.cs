using System.Diagnostics;
using System.Globalization;
using ImageService.Api.Gateway;
using ImageService.Core.Engine;
using ImageService.Core.Operations;
using ImageService.Core.Signing;

namespace ImageService.Benchmarks.Operations;

/// <summary>
/// Throws made-up operations, targets, queries and Accept headers at the code that reads them, and checks its laws: nothing throws, what is read can be
/// written and read again, resolving twice changes nothing, and every plan has a size that its format holds. The same seed gives the same texts on every
/// machine. With <c>--gateway</c> a running gateway is asked for them (<see cref="FuzzGateway"/>).
/// </summary>
internal static class FuzzUrls
{
    private static readonly HashSet<ImageFormat> AllFormats = [.. Enum.GetValues<ImageFormat>()];

    public static async Task<int> RunAsync(string[] options)
    {
        var count = Read(options, "--count", 1_000_000);
        var seed = Read(options, "--seed", 1);
        if (Array.IndexOf(options, "--gateway") is >= 0 and var at && at + 1 < options.Length)
            return await FuzzGateway.RunAsync(options[at + 1], count, seed);
        var random = new SplitMix((ulong)seed);
        var clock = Stopwatch.StartNew();
        var (accepted, planned) = (0L, 0L);
        for (long i = 0; i < count; i++)
        {
            var text = RandomOperations.Make(random);
            try
            {
                if (Check(text, random, ref accepted, ref planned) is { } broken)
                    return Report(i, seed, text, broken);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                return Report(i, seed, text, exception.ToString());
            }
        }

        Console.WriteLine(
            $"{count} texts, seed {seed}: {accepted} accepted, {planned} of them planned, {count - accepted} refused, no finding, "
            + $"{clock.Elapsed.TotalSeconds:0.0} s");
        return 0;
    }

    /// <summary>The law that does not hold; null when all do.</summary>
    private static string? Check(string text, SplitMix random, ref long accepted, ref long planned)
    {
        _ = RawPath.IsSafe(text);
        _ = SignatureQuery.Read(text);
        _ = ImageUrl.TryParse($"/v1/pub/acme/website/marketing/img/01JD2X{text}/v1/{text}.jpg", out _);
        var format = FormatNegotiation.Choose(text, (ImageFormat)random.Below(6), AllFormats, random.Below(2) == 0);
        if (!OperationsParser.Parse(text).TryGet(out var operations, out var error))
            return error.Detail.Length is > 0 and < 500 ? null : "a refusal without a readable detail";
        accepted++;
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
        if (random.Below(5) == 0)
            source = source.AsDrawing();
        if (!CanonicalOperations.Resolve(operations with { Preset = null }, format, source, 85).TryGet(out var once, out error))
            return error.Detail.Contains("leaves nothing", StringComparison.Ordinal) ? null : $"refused only when it was resolved: {error.Detail}";
        var again = once.Operations.Texts is null ? OperationsParser.Parse(once.Text).Value : once.Operations;
        if (CanonicalOperations.Resolve(again, format, source, 85).Value is var twice && once != twice)
            return $"resolving twice changes {once.Text} to {twice.Text}";
        if (once.Text.Length > OperationsGrammar.MaxCanonicalLength)
            return "the canonical form is too long";
        planned++;
        return Wrong(TransformPlan.Of(once, source), once, source) is { } wrong ? $"{wrong} ({once.Text} of {source.Width}x{source.Height})" : null;
    }

    private static string? Wrong(TransformPlan plan, CanonicalOperations operations, SourceFacts source)
    {
        var (output, crop) = (plan.Output, plan.Crop);
        if (output.Width < 1 || output.Height < 1 || plan.Resized.Width < 1 || plan.Resized.Height < 1)
            return "a side of nothing";
        if (crop.X < 0 || crop.Y < 0 || crop.X + crop.Width > plan.Resized.Width || crop.Y + crop.Height > plan.Resized.Height)
            return "a crop beyond the picture";
        if (source.Drawing is null && (plan.Resized.Width > plan.Source.Width || plan.Resized.Height > plan.Source.Height))
            return "an enlargement";
        if (plan.Offset.X < 0 || plan.Offset.Y < 0 || plan.Offset.X + crop.Width > plan.Canvas.Width || plan.Offset.Y + crop.Height > plan.Canvas.Height)
            return "a picture beyond its canvas";
        return operations.Operations.Original || Math.Max(output.Width, output.Height) <= Math.Max(operations.Format.MaxSide(), OperationsGrammar.MaxSidePx)
            ? null : "more than the format holds";
    }

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
}
