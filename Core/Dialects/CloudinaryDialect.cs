using System.Security.Cryptography;
using System.Text;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;

namespace ImageService.Core.Dialects;

/// <summary>
/// Cloudinary: <c>/{cloud}/image/{type}/[s--{sig}--/][{component}/…][v{digits}/]{public id}[.{ext}]</c>, the cloud left out on a host name of one's own. A
/// component is <c>key_value</c> joined by
/// commas. The signature is over components and public id, without version; expiring URLs carry a token in the query instead.
/// </summary>
internal sealed class CloudinaryDialect : IUrlDialect
{
    private const string TokenName = "__cld_token__=";
    private static readonly string[] Types = ["upload", "fetch", "private", "authenticated", "facebook", "twitter", "youtube", "sprite", "multi"];

    public UrlDialect Name => UrlDialect.Cloudinary;

    public bool HasSignatures => true;

    public Result<OldUrl> Split(string target)
    {
        var (path, query) = TargetText.Parts(target);
        var parts = path.Split('/');
        if (parts[0].Length > 0)
            return DialectErrors.NotFound;
        var at = Array.FindIndex(parts, 1, Math.Min(2, parts.Length - 1), static part => part is "image" or "images" or "iu" or "video" or "raw");
        if (at < 0)
            return DialectErrors.NotFound;
        if (parts[at] is "video" or "raw")
            return DialectErrors.Unreadable($"{parts[at]} files are not served here");
        var type = "upload";
        if (parts[at++] is "image" && (at >= parts.Length || Array.IndexOf(Types, type = parts[at++]) < 0))
            return DialectErrors.NotFound;
        string? signature = null;
        if (at < parts.Length && parts[at] is ['s', '-', '-', .., '-', '-'] && parts[at].Length > 5)
            signature = parts[at++][3..^2];
        var begin = at;
        List<OldOption> options = [];
        for (; at < parts.Length - 1 && IsComponent(TargetText.Decode(parts[at])); at++)
            options.Add(new OldOption("component", TargetText.Decode(parts[at])));
        var components = parts[begin..at];
        if (at < parts.Length - 1 && parts[at] is ['v', ..] && parts[at].Length > 1 && parts[at].AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0)
            at++;
        var id = string.Join('/', parts[at..]);
        if (id.Length == 0)
            return DialectErrors.NotFound;
        var dot = id.LastIndexOf('.');
        var isFormat = type is not "fetch" && dot > id.LastIndexOf('/') && ImageFormats.TryParse(id.AsSpan(dot + 1), out _);
        if (isFormat && !options.Exists(static option => option.Value.Split(',').Any(static part => part.StartsWith("f_", StringComparison.Ordinal))))
            options.Add(new OldOption("extension", id[(dot + 1)..]));
        var token = (query ?? "").Split('&').FirstOrDefault(static part => part.StartsWith(TokenName, StringComparison.Ordinal));
        return new OldUrl(TargetText.Source(isFormat ? id[..dot] : id), options)
        {
            Signature = token is null ? signature : TargetText.Decode(token),
            Covered = token is null ? string.Join('/', [.. components, id]) : path,
            ExpiresUnixSeconds = token is null ? null : CloudinaryToken.Expires(TargetText.Decode(token[TokenName.Length..])),
        };
    }

    public bool Verify(OldUrl url, DialectKeys keys, DateTimeOffset now)
    {
        if (url.Signature is { } signature && signature.StartsWith(TokenName, StringComparison.Ordinal))
            return keys.TokenKey is { } tokenKey && CloudinaryToken.Verify(signature[TokenName.Length..], url.Covered, tokenKey, now);
        var isOne = false;
        foreach (var key in keys.Keys)
        {
            var text = Encoding.UTF8.GetBytes(url.Covered + key.Secret);

            // What the service itself signs with where an account has not chosen SHA-256.
#pragma warning disable CA5350
            var hash = key.IsSha256 ? SHA256.HashData(text) : SHA1.HashData(text);
#pragma warning restore CA5350
            var whole = Convert.ToBase64String(hash).Replace('/', '_').Replace('+', '-');
            isOne |= FixedTime.Equal(whole[..Math.Min(key.Size, whole.Length)], url.Signature);
        }

        return isOne;
    }

    public OldMeaning Map(OldUrl url, SourceFacts source)
    {
        var to = new Mapping(source);
        foreach (var option in url.Options)
        {
            if (option.Name is "extension")
                to.Format(option.Value);
            else
                new CloudinaryComponent(to).Take(option.Value);
        }

        return to.Finish();
    }

    public string? Write(ImageOperations operations, string source)
    {
        var extension = operations.Format is { Fixed: { } format } ? "." + format.Name() : "";
        var escaped = Uri.EscapeDataString(source).Replace("%2F", "/", StringComparison.Ordinal);
        if (operations.Original)
            return $"/image/upload/{escaped}";
        var left = operations with
        {
            Width = null,
            Height = null,
            Fit = null,
            Gravity = null,
            FocalX = null,
            FocalY = null,
            AspectRatio = null,
            Format = null,
            Quality = null,
            Flip = false,
            Flop = false,
            Dpr = null,
            Preset = null,
        };
        List<string> steps = [];
        if (operations.Preset is { } preset)
            steps.Add($"t_{preset}");
        if (operations.Trim is { } trim)
            (steps, left) = ([.. steps, $"e_trim:{TargetText.Write(trim)}"], left with { Trim = null });
        if (operations.Crop is { IsFraction: false } box)
            (steps, left) = ([.. steps, $"c_crop,x_{box.X:0},y_{box.Y:0},w_{box.Width:0},h_{box.Height:0}"], left with { Crop = null });
        if (operations.Rotation is { } turn)
            (steps, left) = ([.. steps, $"a_{turn}"], left with { Rotation = null });
        if (operations.Flip)
            steps.Add("a_hflip");
        if (operations.Flop)
            steps.Add("a_vflip");
        if (Resize(operations) is not { } resize || operations.Fit is Fit.Contain || operations is { Gravity: Gravity.Focal, FocalX: not null })
            return null;
        if (resize.Count > 0)
            steps.Add(string.Join(',', resize));
        if (operations.Background is { } color)
            (steps, left) = ([.. steps, $"b_rgb:{color.Hex}"], left with { Background = null });
        if (operations.Round is { } round)
            (steps, left) = ([.. steps, $"r_{round.Text}"], left with { Round = null });
        foreach (var (name, value, rest) in (ReadOnlySpan<(string, string?, ImageOperations)>)
        [
            ("e_grayscale", operations.Greyscale ? "" : null, left with { Greyscale = false }),
            ("e_blur:", operations.Blur is { } sigma ? TargetText.Write(sigma * CloudinaryComponent.Strength) : null, left with { Blur = null }),
            ("e_sharpen:", operations.Sharpen is { } sharp ? TargetText.Write(sharp * CloudinaryComponent.Strength) : null, left with { Sharpen = null }),
            ("e_brightness:", operations.Brightness is { } bri && bri <= 200 ? TargetText.Write(bri - 100) : null, left with { Brightness = null }),
            ("e_contrast:", operations.Contrast is { } con && con <= 200 ? TargetText.Write(con - 100) : null, left with { Contrast = null }),
            ("e_saturation:", operations.Saturation is { } sat && sat <= 200 ? TargetText.Write(sat - 100) : null, left with { Saturation = null }),
            ("e_pixelate:", operations.Pixelate is { } block ? TargetText.Write(block) : null, left with { Pixelate = null }),
        ])
        {
            if (value is not null)
                steps.Add(name + value);
        }

        left =
            left with
            {
                Greyscale = false,
                Blur = null,
                Sharpen = null,
                Pixelate = null,
                Brightness = Above(left.Brightness),
                Contrast = Above(left.Contrast),
                Saturation = Above(left.Saturation)
            };
        if (operations.Dpr is { } dpr)
            steps.Add($"dpr_{TargetText.Write(dpr)}");
        if (operations.Quality is { } quality)
            steps.Add(quality.IsEconomical ? "q_auto:eco" : quality.IsAuto ? "q_auto" : $"q_{quality.Value}");
        if (operations.Format is { IsAuto: true })
            steps.Add("f_auto");
        return left == new ImageOperations() ? $"/image/upload/{string.Concat(steps.Select(static step => step + "/"))}{escaped}{extension}" : null;

        static double? Above(double? percent) => percent > 200 ? percent : null;
    }

    private static List<string>? Resize(ImageOperations operations)
    {
        List<string> parts = [];
        if (operations is { Width: null, Height: null, AspectRatio: null })
            return parts;
        parts.Add("c_" + operations.Fit switch { Fit.Inside => "limit", Fit.Outside => "mfit", Fit.Pad => "pad", Fit.Fill => "scale", _ => "fill" });
        if (operations.Width is { } width)
            parts.Add($"w_{width}");
        if (operations.Height is { } height)
            parts.Add($"h_{height}");
        if (operations.AspectRatio is { } ratio)
            parts.Add($"ar_{ratio.Text}");
        if (operations.Gravity is { } gravity)
        {
            var (across, down) = gravity.Sides();
            parts.Add("g_" + gravity switch
            {
                Gravity.Smart => "auto",
                Gravity.Focal => "custom",
                Gravity.Center => "center",
                _ => string.Join('_',
                    ((string[])[down < 0 ? "north" : down > 0 ? "south" : "",
                        across < 0 ? "west" : across > 0 ? "east" : ""]).Where(static word => word.Length > 0)),
            });
        }

        return parts;
    }

    /// <summary>Whether a segment is a component and no folder: each of its parts begins with a key.</summary>
    private static bool IsComponent(string segment) => segment.Length > 0 && segment.Split(',').All(static part =>
        part is ['$', ..] or "else" or "end" || part.StartsWith("if_", StringComparison.Ordinal)
        || (part.IndexOf('_', StringComparison.Ordinal) is >= 1 and <= 3 and var bar && part.Length > bar + 1
            && part.AsSpan(0, bar).IndexOfAnyExceptInRange('a', 'z') < 0));
}
