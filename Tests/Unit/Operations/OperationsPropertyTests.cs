using CsCheck;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Operations;

/// <summary>Laws that hold for every string and every original; 10^5 of each.</summary>
[Trait("Level", "Unit")]
public sealed class OperationsPropertyTests
{
    private const int Many = 100_000;

    private static readonly Gen<string> Garbage = Gen.Char.Array[0, 60].Select(characters => new string(characters));

    private static readonly Gen<string> NearlyValid =
        Gen.Select(OperationsGen.Text, Gen.Char["-_.019wfhgbqr xA%/\0é"], Gen.Int[0, 200], Gen.Int[0, 2], (text, character, place, how) =>
        {
            var at = place % (text.Length + 1);
            return how switch
            {
                0 => text.Insert(at, character.ToString()),
                1 when at < text.Length => text.Remove(at, 1),
                _ => text[..at] + character + text[Math.Min(text.Length, at + 1)..],
            };
        });

    private static readonly Gen<string> AnyText = Gen.Frequency((4, OperationsGen.Text), (4, NearlyValid), (2, Garbage));

    [Fact]
    public void No_string_makes_the_parser_throw_and_what_it_reads_it_can_write_and_read_again()
    {
        var read = 0;
        AnyText.Sample(
            text =>
            {
                var result = OperationsParser.Parse(text);
                if (!result.TryGet(out var operations, out var error))
                    return error.Detail.Length is > 0 and < 400;
                Interlocked.Increment(ref read);
                return OperationsParser.Parse(OperationsText.Write(operations)).Value == operations;
            },
            iter: Many,
            threads: 1);
        read.ShouldBeGreaterThan(Many / 4, "most of the generated texts are valid");
    }

    [Fact]
    public void The_canonical_form_is_short_and_resolving_it_again_changes_nothing() =>
        Gen.Select(OperationsGen.Text, OperationsGen.Source, OperationsGen.Format).Sample(
            (text, source, format) =>
            {
                if (OperationsGen.TryResolve(text, format, source) is not { } once)
                    return true;
                var again = once.Operations.Original ? once.Operations with { Format = null } : once.Operations;
                var twice = CanonicalOperations.Resolve(again, format, source, 85).Value;
                if (twice != once || once.Text.Length > OperationsGrammar.MaxCanonicalLength)
                    return false;

                // Texts stand in it by their digests, which nobody reads back.
                return again.Texts is not null || (OperationsGen.Resolve(once.Text, format, source) == once
                    && OperationsParser.Parse(once.Text).Value == again);
            },
            iter: Many,
            threads: 1);

    [Fact]
    public void Equal_meaning_gives_an_equal_hash() =>
        Gen.Select(OperationsGen.Parts, OperationsGen.Source, OperationsGen.Format, Gen.UInt).Sample(
            (parts, source, format, seed) =>
            {
                var written = string.Join('-', parts);
                var rewritten = string.Join('-', OperationsGen.SaidOtherwise(parts, new Random((int)seed)));
                return Hash(written, format, source) == Hash(rewritten, format, source);
            },
            iter: Many,
            threads: 1);

    [Fact]
    public void Different_sizes_give_different_hashes() =>
        Gen.Select(Gen.Int[1, 999], Gen.Int[1, 999]).Sample(
            (one, other) =>
            {
                var source = new SourceFacts
                {
                    Width = 1000,
                    Height = 1000,
                    HasAlpha = false,
                    Frames = 1,
                    ContentHash = new string('0', 64),
                    FocalX = null,
                    FocalY = null,
                    Format = null,
                };
                return (Hash($"w_{one}", ImageFormat.Webp, source) == Hash($"w_{other}", ImageFormat.Webp, source)) == (one == other);
            },
            iter: 10_000,
            threads: 1);

    private static string Hash(string text, ImageFormat format, SourceFacts source) =>
        OperationsHash.Compute(OperationsGen.TryResolve(text, format, source)?.Text ?? "nothing", source.ContentHash, format, "test");
}
