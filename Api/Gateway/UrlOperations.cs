using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using ImageService.Core.Errors;
using ImageService.Core.Operations;

namespace ImageService.Api.Gateway;

/// <summary>The last segment of an image's path, read: operations and extension.</summary>
/// <param name="Operations">As written.</param>
/// <param name="Extension">The extension's format.</param>
internal sealed record UrlOperations(ImageOperations Operations, ImageFormat Extension)
{
    private static readonly Error NoExtension = new(
        ErrorCode.InvalidOperations, "The URL's last part must end in an extension. Accepted: jpg, jpeg, png, webp, avif, gif, jxl.");

    /// <summary>Reads <c>w_800-h_600.webp</c>.</summary>
    /// <returns><see cref="ErrorCode.InvalidOperations"/> naming what cannot be read and what would be accepted.</returns>
    public static Result<UrlOperations> Parse(string file)
    {
        var dot = file.LastIndexOf('.');
        if (dot < 0)
            return NoExtension;
        if (!ImageFormats.TryParse(file.AsSpan(dot + 1), out var extension))
            return new Error(ErrorCode.InvalidOperations,
                $"The extension at position {dot + 2} is not one that can be delivered. Accepted: jpg, jpeg, png, webp, avif, gif, jxl.");
        return OperationsParser.Parse(file[..dot]).Map(operations => new UrlOperations(operations, extension));
    }
}

/// <summary>Remembers files read before, because a site asks for the same few sizes of all its images. Bounded; starts over when full.</summary>
internal sealed class UrlOperationsCache
{
    private const int Limit = 10_000;
    private const int LongestRemembered = 200;

    private readonly ConcurrentDictionary<string, UrlOperations> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, UrlOperations>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    public UrlOperationsCache() => _bySpan = _known.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>A file read before.</summary>
    public bool TryRecall(ReadOnlySpan<char> file, [NotNullWhen(true)] out UrlOperations? known) => _bySpan.TryGetValue(file, out known);

    /// <inheritdoc cref="UrlOperations.Parse"/>
    public Result<UrlOperations> Parse(string file)
    {
        if (_known.TryGetValue(file, out var known))
            return known;
        var parsed = UrlOperations.Parse(file);
        if (!parsed.IsSuccess || file.Length > LongestRemembered)
            return parsed;
        if (_known.Count >= Limit)
            _known.Clear();
        _known.TryAdd(file, parsed.Value);
        return parsed;
    }
}
