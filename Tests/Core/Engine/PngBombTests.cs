using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Engine.Stripping;
using ImageService.Core.Errors;
using Microsoft.Extensions.Logging.Abstractions;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>PNGs that unpack to far more than they are, before or besides their pixels.</summary>
[Trait("Level", "Integration")]
public sealed class PngBombTests : IDisposable
{
    private const long Megabyte = 1 << 20;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("png-bombs-");
    private readonly EngineOptions _options = new() { DecoderMemoryBytes = 424L << 20 };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task An_interlaced_picture_counts_as_many_bytes_as_its_decoder_will_keep()
    {
        // 8 bytes a pixel, 480 MB in all; what should be pixels is never looked at.
        var (reply, peak) = await DecodeAsync(Png(10_000, 6_000, bits: 16, interlaced: true, pixels: new byte[20_000]));
        reply.Code.ShouldBe(ErrorCode.ImageLimitExceeded);
        peak.ShouldBeLessThan(120 * Megabyte);
    }

    [Fact]
    public async Task Hundreds_of_compressed_texts_are_not_unpacked_and_the_picture_is_read()
    {
        var bomb = WithTexts(200, 1_000_000);
        var (reply, peak) = await DecodeAsync(bomb);
        (reply.Code, reply.Width).ShouldBe((null, 16));
        peak.ShouldBeLessThan(120 * Megabyte);
        (await Workbench.MakeAsync(bomb, "w_8", ImageService.Core.Operations.ImageFormat.Webp)).Width.ShouldBe(8);
    }

    [Fact]
    public void A_few_compressed_texts_stay_where_they_are_and_too_many_all_go()
    {
        var (few, many) = (WithTexts(3, 100), WithTexts(9, 100));
        PngTexts.Without(few).ShouldBeSameAs(few);
        PngTexts.Without(many).AsSpan().IndexOf("iTXt"u8).ShouldBe(-1);
        using var image = Image.PngloadBuffer(PngTexts.Without(many));
        image.Width.ShouldBe(16);
    }

    private async Task<(DecodeReply Reply, long PeakBytes)> DecodeAsync(byte[] file)
    {
        var path = Path.Combine(_folder.FullName, "original");
        await File.WriteAllBytesAsync(path, file, Ct);
        using var memory = new DecoderMemory(_options.DecoderMemoryBytes);
        using var child = DecoderChild.Start(_options, memory, NullLogger.Instance);
        var request = Workbench.Request(path) with { MemoryBytes = _options.DecoderMemoryBytes, Allowed = ["png"] };
        return ((await child.AskAsync(request, TimeProvider.System, Ct)).Value, child.PeakBytes);
    }

    private static byte[] WithTexts(int count, int length)
    {
        byte[] text = [.. "k\0\u0001\0\0\0"u8, .. Deflate(new byte[length])];
        var chunk = Chunk("iTXt", text);
        var plain = Drawings.PngWithAlpha(16);

        // After the signature and the header.
        return [.. plain.AsSpan(0, 33), .. Enumerable.Repeat(chunk, count).SelectMany(bytes => bytes), .. plain.AsSpan(33)];
    }

    private static byte[] Png(int width, int height, byte bits, bool interlaced, byte[] pixels)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (bits, 6, (byte)(interlaced ? 1 : 0));
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", pixels), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] body)
    {
        byte[] checkedPart = [.. System.Text.Encoding.ASCII.GetBytes(type), .. body];
        var (length, sum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc32.HashToUInt32(checkedPart));
        return [.. length, .. checkedPart, .. sum];
    }

    private static byte[] Deflate(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
            zlib.Write(bytes);
        return packed.ToArray();
    }
}
