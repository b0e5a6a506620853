using System.Text;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Provenance;
using ImageService.Core.Engine.Stripping;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Content Credentials are found where C2PA puts them, told by place and length; nothing a stranger writes makes the search long or fail.</summary>
public sealed class ContentCredentialsTests
{
    // What a length or an offset may claim.
    private static readonly byte[] Claims = [0x00, 0x01, 0x7F, 0x80, 0xFF];

    public static TheoryData<OriginalFormat> Formats() => new(Enum.GetValues<OriginalFormat>());

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task They_are_found_at_the_place_that_their_format_has_for_them(OriginalFormat format)
    {
        var (file, place) = await CredentialedFiles.MakeAsync(format);

        Find(file, format).Found.ShouldBe(new ContentCredentials(place, CredentialedFiles.StoreBytes));
    }

    [Fact]
    public void A_picture_without_them_is_known_to_have_none()
    {
        using var quarters = Drawings.Quarters(40, 30);
        foreach (var (file, format) in ((byte[], OriginalFormat)[])
        [
            (Drawings.JpegWithMetadata(6), OriginalFormat.Jpg),
            (Drawings.PngWithAlpha(), OriginalFormat.Png),
            (Drawings.AnimatedWebp(), OriginalFormat.Webp),
            (Drawings.Gif(), OriginalFormat.Gif),
            (quarters.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0), OriginalFormat.Avif),
            (quarters.TiffsaveBuffer(), OriginalFormat.Tiff),
            (quarters.TiffsaveBuffer(bigtiff: true), OriginalFormat.Tiff),
            ("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"u8.ToArray(), OriginalFormat.Svg),
            ([0xFF, 0x0A, 1, 2, 3], OriginalFormat.Jxl),
        ])
        {
            var (found, reads) = Find(file, format);
            found.ShouldBe(ContentCredentials.None, format.Name());
            reads.ShouldBeLessThan(60, format.Name());
        }
    }

    [Fact]
    public void What_only_looks_like_them_does_not_count()
    {
        var other = CredentialedFiles.Store();
        other[16] = (byte)'x';

        Find(CredentialedFiles.Jpeg(Drawings.Jpeg(64, 48), other), OriginalFormat.Jpg).Found.ShouldBe(ContentCredentials.None, "JUMBF of another type");
        Find(CredentialedFiles.Png(Drawings.PngWithAlpha(32), [1]), OriginalFormat.Png).Found.ShouldBe(ContentCredentials.None, "a chunk of another kind");
        Find(CredentialedFiles.Svg([1, 2, 3]), OriginalFormat.Svg).Found.ShouldBeNull();
        Find("<svg xmlns='http://www.w3.org/2000/svg'><!-- http://c2pa.org/manifest --></svg>"u8.ToArray(), OriginalFormat.Svg).Found
            .ShouldBe(ContentCredentials.None);
    }

    [Theory]
    [InlineData(OriginalFormat.Jpg)]
    [InlineData(OriginalFormat.Png)]
    [InlineData(OriginalFormat.Webp)]
    [InlineData(OriginalFormat.Gif)]
    [InlineData(OriginalFormat.Avif)]
    [InlineData(OriginalFormat.Jxl)]
    public async Task An_original_without_its_metadata_is_without_them(OriginalFormat format)
    {
        var (file, _) = await CredentialedFiles.MakeAsync(format);

        var stripped = OriginalStripper.Strip(file, format, keepCopyright: true).Value.Bytes.ToArray();

        Find(stripped, format).Found.ShouldBe(ContentCredentials.None);
        stripped.AsSpan().IndexOf("jumd"u8).ShouldBe(-1);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Whatever_stands_in_their_place_the_search_ends_soon_and_never_fails(OriginalFormat format)
    {
        var (file, _) = await CredentialedFiles.MakeAsync(format);
        var least = Math.Min(file.Length, 1200);
        for (var length = 0; length < least; length += 7)
            Bounded(file[..length]);

        // The beginning and, where boxes and directories stand behind the picture, the end.
        foreach (var at in Enumerable.Range(0, least).Concat(Enumerable.Range(file.Length - least, least)))
        {
            var four = file[at..Math.Min(file.Length, at + 4)];
            foreach (var claim in format == OriginalFormat.Svg ? Claims[..1] : Claims)
            {
                file.AsSpan(at, four.Length).Fill(claim);
                Bounded(file);
            }

            four.CopyTo(file, at);
        }

        void Bounded(byte[] changed)
        {
            var (found, reads) = Find(changed, format);
            reads.ShouldBeLessThanOrEqualTo(FileProbe.MostReads);
            (found?.SizeBytes ?? 0).ShouldBeInRange(0, changed.Length);
        }
    }

    [Fact]
    public void A_file_of_nothing_but_parts_is_followed_a_bounded_way_and_is_then_unknown()
    {
        const int parts = 200_000;
        foreach (var (file, format) in ((byte[], OriginalFormat)[])
        [
            ([0xFF, 0xD8, .. Repeated([0xFF])], OriginalFormat.Jpg),
            ([0xFF, 0xD8, .. Repeated([0xFF, 0xEB, 0, 2])], OriginalFormat.Jpg),
            ([.. new byte[8], .. Repeated([0, 0, 0, 0, .. "tEXt"u8, 0, 0, 0, 0])], OriginalFormat.Png),
            ([.. "RIFF"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "WEBP"u8, .. Repeated([.. "ABCD"u8, 0, 0, 0, 0])], OriginalFormat.Webp),
            ([.. "GIF89a"u8, .. new byte[7], 0x21, 0xFE, .. Repeated([1, 1])], OriginalFormat.Gif),
            ([.. "GIF89a"u8, .. new byte[7], .. Repeated([0x21, 0xFE, 0])], OriginalFormat.Gif),
            (Repeated([0, 0, 0, 8, .. "free"u8]), OriginalFormat.Avif),
            (Repeated([0, 0, 0, 1, .. "free"u8, 0, 0, 0, 0, 0, 0, 0, 16]), OriginalFormat.Jxl),
        ])
        {
            var (found, reads) = Find(file, format);
            (found, reads <= FileProbe.MostReads).ShouldBe((null, true), format.Name());
        }

        static byte[] Repeated(byte[] part) => [.. Enumerable.Repeat(part, parts).SelectMany(static one => one)];
    }

    [Fact]
    public void Lengths_beyond_every_file_are_no_places()
    {
        byte[] huge = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        Find([0, 0, 0, 1, .. "uuid"u8, .. huge], OriginalFormat.Heic).Found.ShouldBeNull();
        Find([0, 0, 0, 1, .. "jumb"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], OriginalFormat.Jxl).Found.ShouldBeNull();
        Find([.. "II+\0"u8, 8, 0, 0, 0, .. huge], OriginalFormat.Tiff).Found.ShouldBeNull();
        byte[] entry = [1, 0, 0, 0, 0, 0, 0, 0, 0x41, 0xCD, 7, 0, .. huge, .. huge];
        Find([.. "II+\0"u8, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, .. entry], OriginalFormat.Tiff).Found.ShouldBeNull();
        Find([.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0xCD, 0x41, 0, 7, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0], OriginalFormat.Tiff).Found.ShouldBeNull();
        Find(Encoding.UTF8.GetBytes("<!DOCTYPE s [<!ENTITY a 'http://c2pa.org/manifest'>]><s xmlns='&a;'>&b;</s>"), OriginalFormat.Svg).Found.ShouldBeNull();
    }

    private static (ContentCredentials? Found, int Reads) Find(byte[] file, OriginalFormat format)
    {
        if (format == OriginalFormat.Svg)
            return (SvgCredentials.Find(file), 0);
        using var stream = new CountedReads(file);
        return (CredentialsSearch.Find(stream, format), stream.Reads);
    }

    private sealed class CountedReads(byte[] file) : MemoryStream(file, writable: false)
    {
        public int Reads { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            Reads++;
            return base.Read(buffer);
        }
    }
}
