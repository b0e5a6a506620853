using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;

namespace ImageService.Core.Dialects;

/// <summary>
/// The image component of Next.js: <c>/_next/image?url={source}&amp;w={px}&amp;q={1-100}</c>, unsigned. A source that begins with a slash is a path of the
/// application, any other an absolute URL.
/// Widths are those that the application configures, so any is read; the space's ladder keeps them few.
/// </summary>
internal sealed class NextDialect : IUrlDialect
{
    private const string Endpoint = "/_next/image";
    private const int UsualQuality = 75;

    public UrlDialect Name => UrlDialect.Next;

    public bool HasSignatures => false;

    public Result<OldUrl> Split(string target)
    {
        var (path, query) = TargetText.Parts(target);
        if (!path.TrimEnd('/').EndsWith(Endpoint, StringComparison.Ordinal))
            return DialectErrors.NotFound;
        var parameters = TargetText.Query(query).ToList();
        if (parameters.GroupBy(static parameter => parameter.Name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1) is { } twice)
            return DialectErrors.Unreadable($"\"{twice.Key}\" is given twice");
        var url = parameters.FirstOrDefault(static parameter => parameter.Name is "url").Value;
        if (string.IsNullOrEmpty(url) || url.StartsWith("//", StringComparison.Ordinal))
            return DialectErrors.Unreadable("\"url\" must name a picture");
        if (!parameters.Exists(static parameter => parameter.Name is "w"))
            return DialectErrors.Unreadable("\"w\" must say a width");
        return new OldUrl(url.TrimStart('/'), [.. parameters.Where(static parameter => parameter.Name is not "url")]);
    }

    public bool Verify(OldUrl url, DialectKeys keys, DateTimeOffset now) => false;

    public OldMeaning Map(OldUrl url, SourceFacts source)
    {
        var to = new Mapping(source);
        to.Format("auto");
        to.Fit(Fit.Inside);
        foreach (var option in url.Options)
        {
            var isRead = option.Name switch
            {
                "w" => TargetText.Whole(option.Value) is > 0 and var width && to.Width(width),
                "q" => to.Quality(TargetText.Whole(option.Value)),
                "dpl" => true,
                _ => false,
            };
            if (!isRead)
                to.Refuse(option.Name);
        }

        return to.Finish(static _ => UsualQuality);
    }

    public string? Write(ImageOperations operations, string source)
    {
        if (operations is not { Width: { } width, Quality: { IsAuto: false } quality, Format: { IsAuto: true } }
            || operations with { Width = null, Quality = null, Format = null, Fit = null } != new ImageOperations())
            return null;
        var url = source.Contains("://", StringComparison.Ordinal) ? source : "/" + source;
        return $"{Endpoint}?url={Uri.EscapeDataString(url)}&w={TargetText.Write(width)}&q={TargetText.Write(quality.Value)}";
    }
}
