using System.Text;
using CsCheck;
using ImageService.Api.Http;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

[Trait("Level", "Unit")]
public sealed class BodyFingerprintTests
{
    [Fact]
    public void The_hash_does_not_depend_on_how_the_body_is_read() => Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[1, 50]).Sample((body, step) =>
        HashOf(body, null, step) == HashOf(body, null, 4096));

    [Fact]
    public void The_boundary_does_not_count_wherever_it_is_cut() => Gen.Select(Gen.Char["ab-"].Array[0, 40], Gen.Int[1, 7]).Sample((letters, step) =>
    {
        string Body(string boundary) => $"--{boundary}\r\n{new string(letters)}\r\n--{boundary}--";
        return HashOf(Bytes(Body("first-boundary")), "first-boundary", step) == HashOf(Bytes(Body("other-boundary")), "other-boundary", 4096);
    });

    [Fact]
    public void Another_body_has_another_hash() => HashOf(Bytes("--b\r\none\r\n--b--"), "b", 5).ShouldNotBe(HashOf(Bytes("--b\r\ntwo\r\n--b--"), "b", 5));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string? HashOf(byte[] body, string? boundary, int step)
    {
        using var stream = new BodyFingerprint(new MemoryStream(body), boundary);
        var buffer = new byte[step];
        _ = stream.ReadAsync(buffer, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return stream.FinishAsync(body.Length, CancellationToken.None).GetAwaiter().GetResult();
    }
}
