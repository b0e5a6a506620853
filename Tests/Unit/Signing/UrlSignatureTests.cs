using System.Buffers.Text;
using ImageService.Core.Errors;
using ImageService.Core.Signing;
using ImageService.Tests.Edge;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Signing;

[Trait("Level", "Unit")]
public sealed class UrlSignatureTests
{
    private static readonly Guid Tenant = Guid.Parse("0193a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b");

    [Fact]
    public void The_string_to_sign_is_the_contracts() =>
        UrlSignature.StringToSign(new SignedRequest("/v1/priv/a/b/c/img/X/v1/original.jpg", 1767226200, "images.example.com", Tenant))
            .ShouldBe("GET\n/v1/priv/a/b/c/img/X/v1/original.jpg\n1767226200\nimages.example.com\n0193a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b");

    [Fact]
    public void Every_shared_vector_is_judged_rightly()
    {
        var vectors = SignatureVectors.Read();
        vectors.Vectors.Length.ShouldBeGreaterThan(60);
        vectors.Vectors.Count(vector => vector.Valid).ShouldBeGreaterThan(8);
        foreach (var vector in vectors.Vectors)
            IsServed(vector, vectors).ShouldBe(vector.Valid, vector.Name);
    }

    [Fact]
    public void Only_a_signature_that_held_is_told_that_it_expired()
    {
        var key = new byte[UrlSignature.SecretBytes];
        var request = new SignedRequest("/p", 1000, "h", Tenant);
        var query = new SignatureQuery(UrlSignature.Sign(key, request), 1000, "k");
        query.Verify(key, "/p", "h", Tenant, At(999)).Value.ShouldBe(query);
        query.Verify(key, "/p", "h", Tenant, At(1000)).Error.ShouldBe(SignatureQuery.Expired);
        query.Verify(key, "/q", "h", Tenant, At(2000)).Error.ShouldBe(SignatureQuery.Invalid);
        query.Verify(key, "/p", "h", Guid.Empty, At(999)).Error.ShouldBe(SignatureQuery.Invalid);
        SignatureQuery.Expired.Code.ShouldBe(ErrorCode.SignatureExpired);
    }

    [Theory]
    [InlineData("Images.Example.COM", "images.example.com")]
    [InlineData("localhost:8080", "localhost")]
    [InlineData("[::1]:8080", "[::1]")]
    [InlineData("[2001:DB8::1]", "[2001:db8::1]")]
    [InlineData("", "")]
    public void A_host_name_is_lower_case_and_has_no_port(string host, string hostname) => UrlSignature.Hostname(host).ShouldBe(hostname);

    [Fact]
    public void A_path_of_any_length_and_letters_is_signed()
    {
        var key = new byte[UrlSignature.SecretBytes];
        var request = new SignedRequest("/" + new string('é', 100_000), 1, "h", Tenant);
        UrlSignature.Matches(key, request, UrlSignature.Sign(key, request)).ShouldBeTrue();
        UrlSignature.Matches(key, request, "é").ShouldBeFalse();
        UrlSignature.Matches(key, request, new string('A', 500)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("/v1/pub/a/b/c/img/X/v1/w_1.5-q_80.jpg?x=..%2f", true)]
    [InlineData("/v1/pub/%77", true)]
    [InlineData("/a..b/c.d", true)]
    [InlineData("", true)]
    [InlineData("/..", false)]
    [InlineData("/a/./b", false)]
    [InlineData("/a/../b", false)]
    [InlineData("/a%2Fb", false)]
    [InlineData("/a%2fb", false)]
    [InlineData("/a%5Cb", false)]
    [InlineData("/a\\b", false)]
    [InlineData("/a%252fb", false)]
    [InlineData("/%2E%2E/b", false)]
    [InlineData("/a%00", false)]
    public void A_path_that_can_be_read_in_two_ways_is_unsafe(string target, bool safe) => RawPath.IsSafe(target).ShouldBe(safe);

    private static bool IsServed(SignatureVectors.Vector vector, SignatureVectors vectors)
    {
        var path = RawPath.Of(vector.Target).ToString();
        if (!RawPath.IsSafe(vector.Target)
            || !SignatureQuery.Read(vector.Target[path.Length..]).TryGet(out var query, out _)
            || !vectors.Keys.TryGetValue(query.Kid, out var key)
            || !path.StartsWith($"/v1/priv/{key.TenantPath}/", StringComparison.Ordinal))
            return false;
        return query.Verify(Base64Url.DecodeFromChars(key.Secret), path, UrlSignature.Hostname(vector.Host), key.TenantId, At(vectors.Now)).IsSuccess;
    }

    private static DateTimeOffset At(long unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(unixSeconds);

    [Theory]
    [InlineData("/v1/pub/a?x=http://b/c", "/v1/pub/a")]
    [InlineData("http://images.example/v1/priv/a.jpg?sig=x", "/v1/priv/a.jpg")]
    [InlineData("HTTPS://images.example:8443/v1/priv/a.jpg", "/v1/priv/a.jpg")]
    [InlineData("http://images.example", "/")]
    [InlineData("*", "*")]
    public void The_path_of_a_target_is_the_same_in_every_form(string target, string path) => RawPath.Of(target).ToString().ShouldBe(path);
}
