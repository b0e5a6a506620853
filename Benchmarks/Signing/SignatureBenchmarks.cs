using BenchmarkDotNet.Attributes;
using ImageService.Core.Errors;
using ImageService.Core.Signing;

namespace ImageService.Benchmarks.Signing;

/// <summary>What a private image request adds.</summary>
[MemoryDiagnoser]
public class SignatureBenchmarks
{
    private const string Path = "/v1/priv/acme/website/confidential/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v1/w_800-h_600.jpg";
    private static readonly byte[] Secret = [.. Enumerable.Range(1, UrlSignature.SecretBytes).Select(n => (byte)n)];
    private static readonly SignedRequest Request = new(Path, 1767226200, "images.example.com", Guid.Parse("0193a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b"));
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1767225600);

    private readonly string _query = ImageUrlBuilder.SignedPath(Secret, "key_1", Request)[Path.Length..];

    [Benchmark]
    public string Sign() => UrlSignature.Sign(Secret, Request);

    [Benchmark]
    public Result<SignatureQuery> ReadAndVerify() => SignatureQuery.Read(_query).Value.Verify(Secret, Path, Request.Hostname, Request.TenantId, Now);

    [Benchmark]
    public Result<SignatureQuery> ReadWrong() => SignatureQuery.Read("?sig=x&exp=1&kid=k");

    [Benchmark]
    public bool JudgePath() => RawPath.IsSafe(Path);
}
