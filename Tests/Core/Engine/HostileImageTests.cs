using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Hashing;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Errors;
using Microsoft.Extensions.Logging.Abstractions;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Several hundred files that want to do harm, through the same process that uploads go through; many to one process, to be quick.</summary>
[Trait("Level", "Integration")]
public sealed class HostileImageTests : IDisposable
{
    private const long MaxPeakBytes = 512L << 20;

    // Less than the default, so that whatever takes more shows.
    private const long DecoderBytes = 424L << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hostile-");
    private readonly DecoderMemory _memory = new(DecoderBytes);
    private DecoderChild? _child;

    public static TheoryData<string> Codecs() => [.. Originals().Select(original => original.Name)];

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task Every_truncation_is_refused(string codec)
    {
        var original = Originals().Single(one => one.Name == codec).File;
        (await DecodeAsync(original)).Code.ShouldBeNull();
        for (var part = 0; part < 16; part++)
        {
            var reply = await DecodeAsync(original[..(original.Length * part / 16)]);

            reply.Code.ShouldBe(part == 0 ? ErrorCode.UnsupportedImageType : ErrorCode.UndecodableImage, $"{codec} cut to {part}/16");
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task No_flipped_bit_does_more_than_spoil_its_picture(string codec)
    {
        var original = Originals().Single(one => one.Name == codec).File;
        var random = new Random(20);
        for (var i = 0; i < 24; i++)
        {
            var file = (byte[])original.Clone();
            for (var flips = 1 + (i % 4); flips > 0; flips--)
                file[random.Next(i % 2 == 0 ? Math.Min(200, file.Length) : file.Length)] ^= (byte)(1 << random.Next(8));

            var reply = await DecodeAsync(file);

            if (reply.Code is { } code)
                code.ShouldBeOneOf(ErrorCode.UndecodableImage, ErrorCode.UnsupportedImageType, ErrorCode.ImageLimitExceeded);
        }
    }

    [Theory]
    [InlineData(65_500, 65_500)]
    [InlineData(60_000, 1)]
    [InlineData(9_000, 9_000)]
    [InlineData(1, 65_500)]
    public async Task A_header_that_promises_more_than_the_file_holds_is_refused(int width, int height)
    {
        var jpeg = Lie(Drawings.Jpeg(64, 64), width, height);
        var png = LiePng(Drawings.PngWithAlpha(16), width, height);

        foreach (var file in (byte[][])[jpeg, png])
            (await DecodeAsync(file)).Code.ShouldBeOneOf(ErrorCode.ImageLimitExceeded, ErrorCode.UndecodableImage);
    }

    [Theory]
    [InlineData(16, 8)]
    [InlineData(16, 1)]
    [InlineData(640, 480)]
    [InlineData(2000, 1500)]
    public async Task A_jpeg_whose_scan_ends_early_in_its_last_lines_is_refused(int width, int height)
    {
        foreach (var subsampling in (Enums.ForeignSubsample[])[Enums.ForeignSubsample.Off, Enums.ForeignSubsample.On])
        {
            using var picture = Drawings.Quarters(width, height);
            var whole = picture.JpegsaveBuffer(q: 95, subsampleMode: subsampling);
            byte[] early = [.. whole[..^6], 0xFF, 0xD9];

            (await DecodeAsync(whole)).Code.ShouldBeNull();
            (await DecodeAsync(early)).Code.ShouldBe(ErrorCode.UndecodableImage, $"{width} × {height}, {subsampling}");
        }
    }

    [Theory]
    [InlineData(1001, 1, 1, ErrorCode.ImageLimitExceeded)]
    [InlineData(900, 400, 400, ErrorCode.ImageLimitExceeded)]
    [InlineData(20_000, 16, 16, ErrorCode.ImageLimitExceeded)]
    [InlineData(500, 16, 16, null)]
    public async Task Frames_count_as_pixels_do(int frames, int width, int height, ErrorCode? expected) =>
        (await DecodeAsync(FrameBomb(frames, width, height))).Code.ShouldBe(expected);

    [Fact]
    public async Task Polyglots_are_what_their_first_bytes_say_or_nothing()
    {
        byte[] html = [.. "<html><script>alert(1)</script>"u8];
        (byte[] File, ErrorCode?[] Expected)[] files =
        [
            ([.. "GIF89a/*"u8, .. html, .. "*/=1;"u8], [ErrorCode.UndecodableImage, ErrorCode.ImageLimitExceeded]),
            ([.. html, .. Drawings.Jpeg()], [ErrorCode.UnsupportedImageType]),
            ([.. Drawings.Gif(), .. html], [null]),
            ([.. "%PDF-1.7\n"u8, .. Drawings.Jpeg()], [ErrorCode.UnsupportedImageType]),
            ([.. "push graphic-context\nviewbox 0 0 640 480\nimage over 0,0 0,0 'https://example.com/x'\n"u8], [ErrorCode.UnsupportedImageType]),
            ([.. "\u007fELF"u8, .. Drawings.PngWithAlpha()], [ErrorCode.UnsupportedImageType]),
            ([0xFF, 0xD8, 0xFF, .. html], [ErrorCode.UndecodableImage]),
            ([.. "RIFF\x10\0\0\0WEBP"u8, .. html], [ErrorCode.UndecodableImage]),
            ([0, 0, 0, 0x1C, .. "ftypavif\0\0\0\0mif1miaf"u8, .. html], [ErrorCode.UndecodableImage]),
            ([.. "II*\0\x08\0\0\0\xFF\xFF"u8], [ErrorCode.UndecodableImage]),
        ];
        foreach (var (file, expected) in files)
            (await DecodeAsync(file)).Code.ShouldBeOneOf(expected);
    }

    [Fact]
    public async Task Every_bad_file_of_the_corpus_is_refused_or_harmless()
    {
        var corpus = Environment.GetEnvironmentVariable("IMAGESERVICE_CORPUS");
        Assert.SkipWhen(corpus is null, "Set IMAGESERVICE_CORPUS to the folder of the corpus.");
        var harmless = new HashSet<string>(StringComparer.Ordinal) { "invalid-iccp.png", "looks-like-svg.webp", "big-height.webp", "bomb-ztxt.png",
            "svg-extref.svg", "svg-script.svg" };
        foreach (var path in ((string[])["bad", "bomb", "hostile"]).SelectMany(folder => Directory.EnumerateFiles(Path.Combine(corpus!, folder))))
        {
            var reply = await TryDecodeAsync(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));

            var name = Path.GetFileName(path);
            (reply is { Code: null }).ShouldBe(harmless.Contains(name), $"{name}: {reply?.Code?.ToString() ?? (reply is null ? "killed" : "accepted")}");
        }
    }

    public void Dispose()
    {
        _child?.Dispose();
        _memory.Dispose();
        _folder.Delete(recursive: true);
    }

    private static IEnumerable<(string Name, byte[] File)> Originals()
    {
        using var picture = Drawings.Quarters(160, 120);
        using var disc = Drawings.Disc(120);
        yield return ("jpeg", picture.JpegsaveBuffer());
        yield return ("progressive jpeg", picture.JpegsaveBuffer(interlace: true));
        yield return ("png", picture.PngsaveBuffer());
        yield return ("interlaced png", disc.PngsaveBuffer(interlace: true));
        yield return ("webp", picture.WebpsaveBuffer());
        yield return ("lossless webp", disc.WebpsaveBuffer(lossless: true));
        yield return ("animated webp", Drawings.AnimatedWebp());
        yield return ("gif", Drawings.Gif());
        yield return ("avif", picture.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0));
        yield return ("tiff", picture.TiffsaveBuffer());
        yield return ("deflated tiff", picture.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate));
    }

    // Start of frame: marker, length, precision, height, width.
    private static byte[] Lie(byte[] jpeg, int width, int height)
    {
        var file = (byte[])jpeg.Clone();
        var at = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(at + 5), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(at + 7), (ushort)width);
        return file;
    }

    private static byte[] LiePng(byte[] png, int width, int height)
    {
        var file = (byte[])png.Clone();
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(29), Crc32.HashToUInt32(file.AsSpan(12, 17)));
        return file;
    }

    // One pixel a frame on a larger canvas: eighteen bytes each.
    private static byte[] FrameBomb(int frames, int width, int height)
    {
        using var file = new MemoryStream();
        file.Write([.. "GIF89a"u8, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
        for (var i = 0; i < frames; i++)
            file.Write([0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
        file.WriteByte(0x3B);
        return file.ToArray();
    }

    private async Task<DecodeReply> DecodeAsync(byte[] file)
    {
        var reply = await TryDecodeAsync(file);
        return reply.ShouldNotBeNull("the decoder died");
    }

    private async Task<DecodeReply?> TryDecodeAsync(byte[] file)
    {
        var ct = TestContext.Current.CancellationToken;
        var path = Path.Combine(_folder.FullName, "original");
        await File.WriteAllBytesAsync(path, file, ct);
        var options = new EngineOptions { DecoderMemoryBytes = DecoderBytes };
        _child ??= DecoderChild.Start(options, _memory, NullLogger.Instance);
        var request = Workbench.Request(path) with { MemoryBytes = options.DecoderMemoryBytes };
        var started = Stopwatch.GetTimestamp();
        var reply = (await _child.AskAsync(request, TimeProvider.System, ct)).TryGet(out var answer, out _) ? answer : null;
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Longest);
        _child.PeakBytes.ShouldBeLessThan(MaxPeakBytes);
        if (reply is null)
        {
            _child.Dispose();
            _child = null;
        }

        return reply;
    }
}
