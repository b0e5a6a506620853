using System.Text;
using ImageService.Core.Dialects;
using ImageService.Core.Registry;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Dialects;

/// <summary>Signatures as the services' own documentation and tests compute them.</summary>
[Trait("Level", "Unit")]
public sealed class SignatureVectorTests
{
    private const string Imgproxy = "/rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(11_111_200);

    private static readonly DialectKeys ImgproxyKeys = new([Hex("secret", "hello", 32)], null);

    private static readonly DialectKeys Thumbor = new([new DialectKey("another"), new DialectKey("my-security-key")], null);

    private static readonly DialectKeys Cloudinary = new([new DialectKey("b") { Size = 8 }], "00112233FF99");

    private static readonly DialectKeys Imgix = new([new DialectKey("FOO123bar")], null);

    public static TheoryData<UrlDialect, string, string> Urls => new()
    {
        { UrlDialect.Imgproxy, "oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8", "/{sig}" + Imgproxy },
        { UrlDialect.Thumbor, "8ammJH8D-7tXy6kU3lTvoXlhu4o=", "/{sig}/300x200/my.server.com/some/path/to/image.jpg" },
        { UrlDialect.Thumbor, "B35oBEIwztbc3jm7vsdqLez2C78=", "/{sig}/10x10:200x200/300x200/my.server.com/some/path/to/image.jpg" },
        { UrlDialect.Thumbor, "as8U2DbUUtTMgvPF26LkjS3MocY=",
            "/{sig}/10x10:200x200/300x200/filters:brightness(20):contrast(10)/my.server.com/some/path/to/image.jpg" },
        { UrlDialect.Cloudinary, "Ai4Znfl3", "/demo/image/upload/s--{sig}--/c_crop,h_20,w_10/v1234/image.jpg" },
        { UrlDialect.Cloudinary, "Ai4Znfl3", "/image/upload/s--{sig}--/c_crop,h_20,w_10/image.jpg" },
        { UrlDialect.Cloudinary, "--SjmNDA", "/demo/image/upload/s--{sig}--/image.jpg" },
        { UrlDialect.Cloudinary, "hH_YcbiS", "/demo/image/fetch/s--{sig}--/http://google.com/path/to/image.png" },
        { UrlDialect.Cloudinary, "Uqk1a-5W", "/demo/image/upload/s--{sig}--/co_red,l_text:Times_70_bold:Cool%25F0%259F%2598%258D/image.jpg" },
        { UrlDialect.Cloudinary, "v2fTPYTu", "/demo/image/authenticated/s--{sig}--/sample.jpg" },
        {
            UrlDialect.Cloudinary, "8db0d753ee7bbb9e2eaf8698ca3797436ba4c20e31f44527e43b6a6e995cfdb3",
            "/image/authenticated/v1486020273/sample.jpg?__cld_token__=st=11111111~exp=11111411~hmac={sig}"
        },
        { UrlDialect.Imgix, "6797c24146142d5b40bde3141fd3600c", "/users/1.png?s={sig}" },
        { UrlDialect.Imgix, "493a52f008c91416351f8b33d4883135", "/http%3A%2F%2Favatars.com%2Fjohn-smith.png?s={sig}" },
        { UrlDialect.Imgix, "61ea1cc7add87653bb0695fe25f2b534", "/http%3A%2F%2Favatars.com%2Fjohn-smith.png?w=400&h=300&s={sig}" },
        { UrlDialect.Imgix, "c7b86f666a832434dd38577e38cf86d1", "/users/1.png?w=400&h=300&s={sig}" },
        { UrlDialect.Imgix, "1a4e48641614d1109c6a7af51be23d18", "/users/1.png?h=300&w=400&s={sig}" },
    };

    [Theory]
    [MemberData(nameof(Urls))]
    public void A_right_signature_opens_and_one_with_a_character_changed_does_not(UrlDialect dialect, string signature, string template)
    {
        Verify(dialect, template.Replace("{sig}", signature, StringComparison.Ordinal)).ShouldBeTrue();
        for (var i = 0; i < signature.Length; i++)
            Verify(dialect, template.Replace("{sig}", Changed(signature, i), StringComparison.Ordinal)).ShouldBeFalse($"character {i} of the signature");
        foreach (var at in Covered(dialect, template))
            Verify(dialect, Changed(template, at).Replace("{sig}", signature, StringComparison.Ordinal)).ShouldBeFalse($"character {at} of {template}");
    }

    /// <summary>Where the characters stand that the signature covers.</summary>
    private static IEnumerable<int> Covered(UrlDialect dialect, string template)
    {
        const string Mark = "{sig}";
        var mark = template.IndexOf(Mark, StringComparison.Ordinal);
        if (template.Contains("?__cld_token__", StringComparison.Ordinal))
            return [.. Enumerable.Range(0, template.IndexOf('?', StringComparison.Ordinal)), .. Between("st=", "~exp="), .. Between("~exp=", "~hmac")];
        if (dialect is UrlDialect.Imgix)
            return Enumerable.Range(1, mark - 4);
        var from = template.IndexOf('/', mark) + 1;

        // Cloudinary signs neither version nor what stands before its signature.
        var version = dialect is UrlDialect.Cloudinary ? template.IndexOf("v1234/", from, StringComparison.Ordinal) : -1;
        return Enumerable.Range(from, template.Length - from).Where(at => version < 0 || at < version - 1 || at >= version + 6);

        IEnumerable<int> Between(string start, string end)
        {
            var (first, last) = (template.IndexOf(start, StringComparison.Ordinal) + start.Length, template.IndexOf(end, StringComparison.Ordinal));
            return Enumerable.Range(first, last - first);
        }
    }

    [Theory]
    [InlineData("test-key", "test-salt", 32, "oWaL7QoW5TsgbuiS9-5-DI8S3Ibbo1gdB2SteJh3a20")]
    [InlineData("test-key", "test-salt", 8, "oWaL7QoW5Ts")]
    [InlineData("test-key2", "test-salt2", 32, "jYz1UZ7j1BCdSzH3pZhaYf0iuz0vusoOTdqJsUT6WXI")]
    public void Imgproxy_takes_any_of_several_keys_and_cut_signatures(string key, string salt, int size, string signature)
    {
        var dialect = UrlDialects.Of(UrlDialect.Imgproxy)!;
        DialectKeys keys = new([Hex("other", "salt", 32), Hex(key, salt, size)], null);
        dialect.Verify(new OldUrl("asd", []) { Signature = signature, Covered = "/asd" }, keys, Now).ShouldBeTrue();
        dialect.Verify(new OldUrl("asd", []) { Signature = signature, Covered = "/ase" }, keys, Now).ShouldBeFalse();
        dialect.Verify(new OldUrl("asd", []) { Signature = Changed(signature, 3), Covered = "/asd" }, keys, Now).ShouldBeFalse();
    }

    [Theory]
    [InlineData(false, 8, "v2fTPYTu")]
    [InlineData(true, 8, "2hbrSMPO")]
    [InlineData(true, 32, "2hbrSMPOjj5BJ4xV7SgFbRDevFaQNUFf")]
    public void Cloudinary_signs_in_three_forms(bool isSha256, int length, string signature)
    {
        var dialect = UrlDialects.Of(UrlDialect.Cloudinary)!;
        DialectKeys keys = new([new DialectKey("b") { IsSha256 = isSha256, Size = length }], null);
        dialect.Verify(dialect.Split($"/image/upload/s--{signature}--/sample.jpg").Value, keys, Now).ShouldBeTrue();
        dialect.Verify(dialect.Split($"/image/upload/s--{Changed(signature, 2)}--/sample.jpg").Value, keys, Now).ShouldBeFalse();
        dialect.Verify(dialect.Split($"/image/upload/s--{signature}--/sampla.jpg").Value, keys, Now).ShouldBeFalse();
    }

    [Fact]
    public void A_token_has_its_time()
    {
        const string Url =
            "/image/authenticated/v1486020273/sample.jpg?__cld_token__=st=11111111~exp=11111411~hmac=8db0d753ee7bbb9e2eaf8698ca3797436ba4c20e31f44527e43b6a6e995cfdb3";
        var dialect = UrlDialects.Of(UrlDialect.Cloudinary)!;
        dialect.Verify(dialect.Split(Url).Value, Cloudinary, DateTimeOffset.FromUnixTimeSeconds(11_111_411)).ShouldBeFalse("it has ended");
        dialect.Verify(dialect.Split(Url).Value, Cloudinary, DateTimeOffset.FromUnixTimeSeconds(11_111_000)).ShouldBeFalse("it has not begun");
        dialect.Verify(dialect.Split(Url).Value, DialectKeys.None, Now).ShouldBeFalse();
        dialect.Split(Url).Value.ExpiresUnixSeconds.ShouldBe(11_111_411);
    }

    [Fact]
    public void Imgix_signs_with_the_token_of_the_source()
    {
        var dialect = UrlDialects.Of(UrlDialect.Imgix)!;
        DialectKeys keys = new([new DialectKey("my-token")], null);
        dialect.Verify(dialect.Split("/image.jpg?h=800&ar=3%3A2&fit=crop&dpr=1&s=3d754a157458402fd3e26977107ade74").Value, keys, Now).ShouldBeTrue();
        dialect.Verify(dialect.Split("/image.jpg?h=800&ar=3:2&fit=crop&dpr=1&s=3d754a157458402fd3e26977107ade74").Value, keys, Now)
            .ShouldBeFalse("signed is what was sent");
    }

    private static bool Verify(UrlDialect name, string target)
    {
        var dialect = UrlDialects.Of(name)!;
        return dialect.Split(target).TryGet(out var url, out _) && url.Signature is not null && dialect.Verify(url, KeysOf(name), Now);
    }

    private static DialectKeys KeysOf(UrlDialect name) => name switch
    {
        UrlDialect.Imgproxy => ImgproxyKeys,
        UrlDialect.Thumbor => Thumbor,
        UrlDialect.Cloudinary => Cloudinary,
        _ => Imgix,
    };

    private static DialectKey Hex(string key, string salt, int size) =>
        new(Convert.ToHexString(Encoding.UTF8.GetBytes(key))) { Salt = Convert.ToHexString(Encoding.UTF8.GetBytes(salt)), Size = size };

    private static string Changed(string text, int at) => text[..at] + (text[at] is 'e' ? 'f' : 'e') + text[(at + 1)..];
}
