using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;

namespace ImageService.Core.Dialects;

/// <summary>
/// The URLs of one other service. It takes them apart as they were sent, judges their signature, says what they ask for in our operations, and writes our
/// operations back.
/// It makes no bytes and knows no asset. Pure, and written for hostile text: never throws.
/// </summary>
public interface IUrlDialect
{
    UrlDialect Name { get; }

    /// <summary>Whether its URLs can carry a signature.</summary>
    bool HasSignatures { get; }

    /// <summary>Takes a request target apart, before anything of it is decoded.</summary>
    /// <param name="target">Path and query exactly as received.</param>
    /// <returns><see cref="ErrorCode.NotFound"/> where the path is none of the dialect's, <see cref="ErrorCode.InvalidOperations"/> where it is and cannot
    /// be read.</returns>
    Result<OldUrl> Split(string target);

    /// <summary>Whether the URL's signature is one of these keys', compared in constant time.</summary>
    /// <param name="url">With a signature.</param>
    /// <param name="keys">Of the host.</param>
    /// <param name="now">For signatures that carry their own times.</param>
    bool Verify(OldUrl url, DialectKeys keys, DateTimeOffset now);

    /// <summary>Says what the URL asks for, for one picture.</summary>
    OldMeaning Map(OldUrl url, SourceFacts source);

    /// <summary>The unsigned path (and query) that asks for the same: for moving away again, and for tests.</summary>
    /// <param name="operations">Without preset in the dialects that have none.</param>
    /// <param name="source">The picture's name there.</param>
    /// <returns>The target, or null where the dialect cannot say it.</returns>
    string? Write(ImageOperations operations, string source);
}

/// <summary>All dialects by name.</summary>
public static class UrlDialects
{
    private static readonly IUrlDialect[] All =
        [new NextDialect(), new ThumborDialect(), new ImgproxyDialect(), new CloudinaryDialect(), new ImgixDialect(), new IpxDialect(),
            new CloudflareDialect()];

    /// <summary>The adapter; null for <see cref="UrlDialect.Native"/>, which needs none.</summary>
    public static IUrlDialect? Of(UrlDialect name) => Array.Find(All, dialect => dialect.Name == name);
}
