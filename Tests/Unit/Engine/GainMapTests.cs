using System.Buffers.Binary;
using System.Text;
using ImageService.Core.Engine;
using ImageService.Core.Engine.GainMaps;
using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>
/// Ultra HDR JPEGs (Ultra HDR 1.0, CIPA DC-007): a picture of 640 × 480 in four colours with a gain map of a quarter of its sides, black but for the top left
/// quarter. Files are put together and taken apart here by the specification, not by the code under test.
/// </summary>
public sealed class GainMapTests
{
    private const string Attributes = """hdrgm:Version="1.0" hdrgm:GainMapMax="2.5" hdrgm:HDRCapacityMax="2.5" hdrgm:Gamma="0.8" """;

    [Theory]
    [InlineData("w_320", 320, 240, 0, 0)]
    [InlineData("w_320-r_90", 320, 427, 1, 0)]
    [InlineData("w_320-flip", 320, 240, 1, 0)]
    [InlineData("w_320-flop", 320, 240, 0, 1)]
    [InlineData("w_640", 640, 480, 0, 0)]
    public async Task A_resized_jpeg_keeps_the_map_with_the_same_geometry(string operations, int width, int height, int brightX, int brightY)
    {
        var made = await MakeAsync(UltraHdr(Drawings.Jpeg()), operations);
        using var picture = Image.NewFromBuffer(made);
        (picture.Width, picture.Height).ShouldBe((width, height));
        using var map = Image.NewFromBuffer(Second(made));
        (map.Width, map.Height).ShouldBe((width, height));
        for (var y = 0; y < 2; y++)
        {
            for (var x = 0; x < 2; x++)
                map[(width / 4) + (x * width / 2), (height / 4) + (y * height / 2)][0].ShouldBe((x, y) == (brightX, brightY) ? 255 : 0, tolerance: 4);
        }
    }

    [Fact]
    public async Task What_fits_a_box_by_cropping_crops_the_map_too()
    {
        using var map = Image.NewFromBuffer(Second(await MakeAsync(UltraHdr(Drawings.Jpeg()), "w_100-h_100-g_west")));
        (map.Width, map.Height).ShouldBe((100, 100));

        // Of the 133 columns, the bright half is 66.
        map[55, 25][0].ShouldBeGreaterThan(250);
        map[80, 25][0].ShouldBeLessThan(5);
    }

    [Fact]
    public async Task A_picture_that_its_orientation_turns_turns_its_map()
    {
        using var map = Image.NewFromBuffer(Second(await MakeAsync(UltraHdr(Drawings.JpegWithMetadata(orientation: 6)), "w_240")));
        (map.Width, map.Height).ShouldBe((240, 180));
        map[180, 45][0].ShouldBeGreaterThan(250);
        map[60, 45][0].ShouldBeLessThan(5);
        map[180, 135][0].ShouldBeLessThan(5);
    }

    [Fact]
    public async Task Its_numbers_come_along_and_nothing_else_of_its_metadata_does()
    {
        var xmp = Packet(
            Attributes,
            "<hdrgm:GainMapMin><rdf:Seq><rdf:li>-0.5</rdf:li><rdf:li>0</rdf:li><rdf:li>0.25</rdf:li></rdf:Seq></hdrgm:GainMapMin><secret>here</secret>");
        var made = await MakeAsync(UltraHdr(Drawings.JpegWithMetadata(), xmp, littleEndian: true), "w_320");
        var text = Encoding.Latin1.GetString(made);
        text.ShouldContain("hdrgm:GainMapMax=\"2.5\"");
        text.ShouldContain("hdrgm:Gamma=\"0.8\"");
        text.ShouldContain("hdrgm:OffsetSDR=\"0.015625\"");
        text.ShouldContain("<rdf:li>-0.5</rdf:li><rdf:li>0</rdf:li><rdf:li>0.25</rdf:li>");
        text.ShouldContain($"Item:Semantic=\"GainMap\" Item:Mime=\"image/jpeg\" Item:Length=\"{Second(made).Length}\"");
        text.ShouldNotContain("secret");
        text.ShouldNotContain("Exif");
    }

    [Fact]
    public async Task An_original_without_its_metadata_keeps_the_very_map()
    {
        var original = UltraHdr(Drawings.JpegWithMetadata());
        var source = Workbench.Source(original) with { KeepsHdr = true };
        var stripped = (await Workbench.Engine.StripAsync(source, null, TestContext.Current.CancellationToken)).Value.Bytes.ToArray();
        using var before = Image.NewFromBuffer(Map());
        using var after = Image.NewFromBuffer(Second(stripped));
        (before - after).Abs().Max().ShouldBe(0);
        Encoding.Latin1.GetString(stripped).ShouldNotContain("Exif");

        // What was made can be read again: nothing is lost from one generation to the next.
        Second(await MakeAsync(stripped, "w_100")).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("no version", """hdrgm:GainMapMax="2.5" hdrgm:HDRCapacityMax="2.5" """, 160, 120)]
    [InlineData("no largest gain", """hdrgm:Version="1.0" hdrgm:HDRCapacityMax="2.5" """, 160, 120)]
    [InlineData("not a number", """hdrgm:Version="1.0" hdrgm:GainMapMax="NaN" hdrgm:HDRCapacityMax="2.5" """, 160, 120)]
    [InlineData("for the other way", """hdrgm:Version="1.0" hdrgm:GainMapMax="2" hdrgm:HDRCapacityMax="2" hdrgm:BaseRenditionIsHDR="True" """, 160, 120)]
    [InlineData("no XML", "<", 160, 120)]
    [InlineData("larger than the picture", Attributes, 800, 600)]
    public async Task What_is_no_gain_map_that_can_be_trusted_is_left_out(string why, string attributes, int width, int height)
    {
        var original = UltraHdr(Drawings.Jpeg(), Packet(attributes), width: width, height: height);
        (await MakeAsync(original, "w_320")).ShouldBe((await Workbench.MakeAsync(original, "w_320", ImageFormat.Jpg)).Bytes.ToArray(), why);
    }

    [Fact]
    public async Task A_map_that_is_decoded_in_several_passes_is_left_out()
    {
        var original = UltraHdr(Drawings.Jpeg(), map: Map(isProgressive: true));
        (await MakeAsync(original, "w_320")).ShouldBe((await Workbench.MakeAsync(original, "w_320", ImageFormat.Jpg)).Bytes.ToArray());
    }

    [Fact]
    public void Memory_and_time_are_judged_by_the_original_that_is_read()
    {
        var facts = new SourceFacts
        {
            Width = 8000,
            Height = 6000,
            HasAlpha = false,
            Frames = 1,
            ContentHash = "",
            FocalX = null,
            FocalY = null,
            Format = ImageFormat.Jpg,
        };
        var canonical = CanonicalOperations.Resolve(OperationsParser.Parse("w_320").Value, ImageFormat.Jpg, facts, 85).Value;
        var hdr = facts with { KeepsHdr = true };
        SourceChoice.UsesIntermediate(canonical, facts).ShouldBeTrue();
        SourceChoice.UsesIntermediate(canonical, hdr).ShouldBeFalse();
        MemoryEstimate.ForTransform(OriginalFormat.Jpg, hdr, canonical, makesIntermediate: false)
            .ShouldBeGreaterThan(MemoryEstimate.ForTransform(OriginalFormat.Jpg, facts, canonical, makesIntermediate: false));
        new TransformCosts().Expect(OriginalFormat.Jpg, hdr, canonical, makesIntermediate: false)
            .ShouldBeGreaterThan(new TransformCosts().Expect(OriginalFormat.Jpg, facts, canonical, makesIntermediate: false));

        // The map is work of its own, also where both derive from the original; what it takes is learnt apart.
        canonical = CanonicalOperations.Resolve(OperationsParser.Parse("w_7000").Value, ImageFormat.Jpg, facts, 85).Value;
        var costs = new TransformCosts();
        var (plain, mapped) = (Expect(facts), Expect(hdr));
        mapped.TotalSeconds.ShouldBe(plain.TotalSeconds * 1.4, plain.TotalSeconds * 0.05);
        costs.Learn(OriginalFormat.Jpg, hdr, canonical, makesIntermediate: false, mapped * 2);
        Expect(facts).ShouldBe(plain);
        Expect(hdr).ShouldBe(mapped * 2, TimeSpan.FromMicroseconds(10));

        TimeSpan Expect(SourceFacts source) => costs.Expect(OriginalFormat.Jpg, source, canonical, makesIntermediate: false);
    }

    [Fact]
    public async Task A_file_that_is_cut_or_damaged_anywhere_is_never_worse_than_without_a_map()
    {
        var original = UltraHdr(Drawings.Jpeg(128, 96), width: 16, height: 12);
        var random = new Random(5);
        var end = original.Length - Map(16, 12).Length;
        for (var round = 0; round < 300; round++)
        {
            // The picture's own data stays whole: only what tells of the map and the map itself are damaged.
            var broken = original.ToArray();
            for (var i = 0; i < 4; i++)
            {
                var at = random.Next(2) == 0 ? random.Next(3, 96) : random.Next(end, broken.Length);
                broken[at] = (byte)random.Next(256);
            }

            _ = GainMapFile.Find(broken.AsMemory(0, random.Next(2) == 0 ? broken.Length : random.Next(end, broken.Length)));
            if (Opens(broken))
                Opens(await MakeAsync(broken, "w_64")).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("w_320-blur_2", ImageFormat.Jpg)]
    [InlineData("w_320-crop_0,0,100,100", ImageFormat.Jpg)]
    [InlineData("w_320-pad_3", ImageFormat.Jpg)]
    [InlineData("w_320-h_100-g_smart", ImageFormat.Jpg)]
    [InlineData("w_320-bri_110", ImageFormat.Jpg)]
    [InlineData("w_320-pixelate_8", ImageFormat.Jpg)]
    [InlineData("w_320-o_badge", ImageFormat.Jpg)]
    [InlineData("w_320", ImageFormat.Webp)]
    [InlineData("w_63", ImageFormat.Jpg)]

    // What the worker asks for to have the intermediate made.
    [InlineData("w_16-h_16-f_fill", ImageFormat.Jpg)]
    public void What_changes_more_than_the_size_is_for_ordinary_screens(string operations, ImageFormat format)
    {
        var canonical = CanonicalOperations.Resolve(OperationsParser.Parse(operations).Value, format, Workbench.FactsOf(Drawings.Jpeg()), 85).Value;
        KeepGainMap.Applies(canonical, OriginalFormat.Jpg, overlays: 0).ShouldBeFalse();
    }

    private static async Task<byte[]> MakeAsync(byte[] original, string operations)
    {
        var canonical = CanonicalOperations.Resolve(OperationsParser.Parse(operations).Value, ImageFormat.Jpg, Workbench.FactsOf(original), 85).Value;
        KeepGainMap.Applies(canonical, OriginalFormat.Jpg, overlays: 0).ShouldBeTrue();
        var source = Workbench.Source(original) with { KeepsHdr = true };
        return (await Workbench.Engine.TransformAsync(source, canonical, TransformLimits.Default, TestContext.Current.CancellationToken)).Value.Bytes.ToArray();
    }

    private static bool Opens(byte[] file)
    {
        try
        {
            using var image = Image.NewFromBuffer(file, failOn: Enums.FailOn.Truncated);
            return image.Avg() >= 0;
        }
        catch (VipsException)
        {
            return false;
        }
    }

    private static byte[] Map(int width = 160, int height = 120, bool isProgressive = false)
    {
        using var black = Image.Black(width, height);
        using var map = black.Mutate(image => image.DrawRect([255], 0, 0, width / 2, height / 2, fill: true));
        return map.JpegsaveBuffer(q: 95, interlace: isProgressive);
    }

    private static byte[] Packet(string attributes = Attributes, string inside = "") => Encoding.UTF8.GetBytes(
        $"""
        http://ns.adobe.com/xap/1.0/{'\0'}<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" {attributes}>
        {inside}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>
        """);

    private static byte[] UltraHdr(byte[] picture, byte[]? xmp = null, bool littleEndian = false, int width = 160, int height = 120,
        byte[]? map = null)
    {
        map ??= Map(width, height);
        byte[] second = [.. map[..2], .. Segment(0xE1, xmp ?? Packet()), .. map[2..]];
        var index = new byte[90];
        "MPF\0"u8.CopyTo(index);
        (littleEndian ? "II*\0"u8 : "MM\0*"u8).CopyTo(index.AsSpan(4));
        Write(index, 8, 4, 8, littleEndian);
        Write(index, 12, 2, 3, littleEndian);
        Entry(index, 14, 0xB000, 7, 4, 0x30313030, littleEndian);
        Entry(index, 26, 0xB001, 4, 1, 2, littleEndian);
        Entry(index, 38, 0xB002, 7, 32, 50, littleEndian);
        var head = Segment(0xE2, index);
        var first = picture.Length + head.Length;
        Write(index, 54, 4, 0x30000, littleEndian);
        Write(index, 58, 4, (uint)first, littleEndian);
        Write(index, 74, 4, (uint)second.Length, littleEndian);
        Write(index, 78, 4, (uint)(first - 10), littleEndian);
        return [.. picture[..2], .. Segment(0xE2, index), .. picture[2..], .. second];
    }

    private static void Entry(byte[] index, int at, ushort tag, ushort type, uint count, uint value, bool littleEndian)
    {
        Write(index, at, 2, tag, littleEndian);
        Write(index, at + 2, 2, type, littleEndian);
        Write(index, at + 4, 4, count, littleEndian);
        Write(index, at + 8, 4, value, littleEndian);
    }

    private static void Write(byte[] data, int at, int bytes, uint value, bool littleEndian)
    {
        for (var i = 0; i < bytes; i++)
            data[at + i] = (byte)(value >> (8 * (littleEndian ? i : bytes - 1 - i)));
    }

    private static byte[] Segment(byte marker, byte[] body)
    {
        byte[] segment = [0xFF, marker, 0, 0, .. body];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(body.Length + 2));
        return segment;
    }

    /// <summary>The second file, found by the index, whose first entry must hold the first file's size.</summary>
    private static byte[] Second(byte[] file)
    {
        var header = file.AsSpan().IndexOf("MPF\0MM\0*"u8) + 4;
        header.ShouldBeGreaterThan(4);
        var entries = header + (int)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(header + 42));
        var first = (int)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(entries + 4));
        var size = (int)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(entries + 20));
        var offset = header + (int)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(entries + 24));
        offset.ShouldBe(first);
        (offset + size).ShouldBe(file.Length);
        file[(first - 2)..first].ShouldBe([0xFF, 0xD9]);
        return file[offset..];
    }
}
