using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace ImageService.Core.Storage;

/// <summary>
/// Object keys as paths below the file store's root, and back. The second segment of a key (an asset, or <c>staging</c>) goes under one of
/// 256 folders named by its hash, so that no folder of an organization holds every asset: <c>{org}/{asset}/v1/original</c> lies at
/// <c>{org}/3f/{asset}/v1/original</c>.
/// </summary>
internal sealed class FilePaths(string root)
{
    public const int MaxKeyLength = 1024;

    /// <summary>What some file system or shell reads as more than a name.</summary>
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\\:*?\"<>|");

    /// <summary>Absolute, without a trailing separator.</summary>
    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    /// <summary>Where writes happen before they are renamed into place. Its name is no possible first segment of a key.</summary>
    public string Incoming => Path.Combine(Root, ".incoming");

    /// <summary>The file that holds an object.</summary>
    /// <exception cref="ArgumentException">The key is not one that <see cref="ObjectKey"/> could have written.</exception>
    public string FileOf(string key)
    {
        if (!IsSafe(key))
            throw new ArgumentException(
                "An object key is made of printable ASCII segments joined by '/', none empty, dotted at either end or with a character that a file name may not have; at most 1024 characters.", nameof(key));
        return Path.Combine([Root, .. Sharded(key.Split('/'))]);
    }

    /// <summary>The folders that can hold keys of a prefix; every key below them still has to be compared with the prefix.</summary>
    public IEnumerable<string> FoldersOf(string prefix)
    {
        var whole = prefix.Split('/')[..^1];
        if (whole.Any(segment => !IsSafeSegment(segment)))
            return [];
        return whole.Length >= 2 ? [Path.Combine([Root, .. Sharded(whole)])] : [Path.Combine([Root, .. whole])];
    }

    /// <summary>The key of a file below the root; null for the store's own files.</summary>
    public string? KeyOf(string file)
    {
        var segments = Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar);
        if (segments[0].StartsWith('.'))
            return null;
        return segments.Length < 3 ? string.Join('/', segments) : string.Join('/', [segments[0], .. segments[2..]]);
    }

    private static string[] Sharded(string[] segments) =>
        segments.Length < 2 ? segments : [segments[0], Shard(segments[1]), .. segments[1..]];

    private static string Shard(string segment) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(segment)).AsSpan(0, 1));

    private static bool IsSafe(string key) => key.Length is > 0 and <= MaxKeyLength && key.Split('/').All(IsSafeSegment);

    private static bool IsSafeSegment(string segment) =>
        segment.Length > 0 && segment[0] is not '.' && segment[^1] is not ('.' or ' ')
        && !segment.AsSpan().ContainsAnyExceptInRange(' ', '~') && segment.AsSpan().IndexOfAny(Forbidden) < 0;
}
