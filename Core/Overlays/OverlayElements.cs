using System.Globalization;
using System.Text.Json;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;

namespace ImageService.Core.Overlays;

/// <summary>Reads elements from JSON and writes them. What cannot be drawn is refused with the member's name and what would be accepted.</summary>
public static class OverlayElements
{
    /// <summary>Most elements of one overlay.</summary>
    public const int Most = 20;

    /// <summary>Most images among them: each is decoded where the overlay is drawn.</summary>
    public const int MostImages = 4;

    /// <summary>Most elements that are not simply laid over: each needs pixels of its own.</summary>
    public const int MostBlends = 2;

    private const int MostText = 1000;
    private const double MostPx = OperationsGrammar.MaxSidePx;
    private const double MostShare = 400;
    private const string Lengths = "a number of px, or a share such as \"25%\"";
    private const string Colours = "3, 4, 6 or 8 hex digits (RGB, RGBA, RRGGBB, RRGGBBAA)";

    private static readonly OverlayLength DefaultSize = new(24, IsShare: false);
    private static readonly string[] Types = ["image", "text", "shape"];
    private static readonly string[] Fits = ["contain", "cover", "fill"];
    private static readonly string[] Aligns = ["start", "left", "center", "right"];
    private static readonly string[] Shapes = ["rect", "ellipse", "line"];

    private static readonly string[] Blends =
    [
        "normal", "multiply", "screen", "overlay", "darken", "lighten", "color-dodge", "color-burn", "hard-light", "soft-light", "difference", "exclusion",
    ];

    private static readonly string[] Gravities = ["center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"];

    /// <summary>Reads elements as sent or stored; an image without a version reads as version 0.</summary>
    public static Result<IReadOnlyList<OverlayElement>> Read(IReadOnlyList<OverlayElementDocument?>? documents)
    {
        if (documents is not { Count: >= 1 and <= Most })
            return Refused("elements", $"1 to {Most} elements");
        List<OverlayElement> elements = [];
        for (var i = 0; i < documents.Count; i++)
        {
            var reader = new Reader(string.Create(CultureInfo.InvariantCulture, $"elements[{i}]"));
            var element = documents[i] is { } document ? reader.Read(document) : null;
            if (reader.Error is { } error)
                return error;
            if (element is null)
                return Refused(string.Create(CultureInfo.InvariantCulture, $"elements[{i}]"), "an object");
            elements.Add(element);
        }

        if (elements.OfType<OverlayImage>().Count() > MostImages)
            return Refused("elements", $"at most {MostImages} images");
        return elements.Count(element => element.Blend != OverlayBlend.Normal) > MostBlends
            ? Refused("elements", $"at most {MostBlends} elements whose blend is not normal")
            : elements;
    }

    /// <summary>Reads what was stored.</summary>
    public static Result<IReadOnlyList<OverlayElement>> Read(string json) => Read(Documents(json));

    /// <summary>What was stored, as it is told.</summary>
    public static OverlayElementDocument[] Documents(string json) => JsonSerializer.Deserialize(json, OverlayJson.Default.OverlayElementDocumentArray) ?? [];

    /// <summary>JSON text as it is stored.</summary>
    public static string Write(IReadOnlyList<OverlayElementDocument> documents) =>
        JsonSerializer.Serialize([.. documents], OverlayJson.Default.OverlayElementDocumentArray);

    private static Error Refused(string member, string accepted) => new(ErrorCode.InvalidRequest, $"{member} must be {accepted}.");

    /// <summary>Reads one element; the first thing that is wrong stays.</summary>
    private sealed class Reader(string path)
    {
        public Error? Error { get; private set; }

        public OverlayElement? Read(OverlayElementDocument document)
        {
            OverlayElement? element = document.Type switch
            {
                "image" => Image(document),
                "text" => Text(document),
                "shape" => Shape(document),
                _ => Refuse("type", OneOf(Types)),
            };
            return element is null ? null : element with
            {
                Gravity = Word(document.Gravity, "gravity", Gravities, Gravity.Center, static index => (Gravity)index),
                X = Length(document.X, "x", -1) ?? default,
                Y = Length(document.Y, "y", -1) ?? default,
                Width = Length(document.Width, "width", 0),
                Height = Length(document.Height, "height", 0),
                Rotate = Number(document.Rotate, "rotate", -360, 360) ?? 0,
                Opacity = Number(document.Opacity, "opacity", 0, 1) ?? 1,
                Blend = Word(document.Blend, "blend", Blends, OverlayBlend.Normal, static index => (OverlayBlend)index),
            };
        }

        private OverlayImage? Image(OverlayElementDocument document)
        {
            Foreign(document.Text, "text", "text");
            Foreign(document.Font, "font", "text");
            Foreign(document.Size, "size", "text and line");
            Foreign(document.Align, "align", "text");
            Foreign(document.LineHeight, "lineHeight", "text");
            Foreign(document.Shape, "shape", "shape");
            Foreign(document.Radius, "radius", "rect");
            Foreign(document.Color, "color", "text and shape");
            Foreign(document.Outline, "outline", "text and shape");
            if (!AssetId.TryParse(document.Asset ?? "", out var asset))
                return Refuse<OverlayImage>("asset", "the id of an asset, 26 characters");
            if (document.Version is < 1)
                return Refuse<OverlayImage>("version", "a number from 1");
            return new OverlayImage(asset.ToString(), document.Version ?? 0)
            {
                Fit = Word(document.Fit, "fit", Fits, OverlayImageFit.Contain, static index => (OverlayImageFit)index),
            };
        }

        private OverlayText? Text(OverlayElementDocument document)
        {
            Foreign(document.Asset, "asset", "image");
            Foreign(document.Version, "version", "image");
            Foreign(document.Fit, "fit", "image");
            Foreign(document.Shape, "shape", "shape");
            Foreign(document.Radius, "radius", "rect");
            Foreign(document.Height, "height", "image and shape");
            if (document.Text is not { Length: >= 1 and <= MostText } text || text.Any(static letter => char.IsControl(letter) && letter != '\n'))
                return Refuse<OverlayText>("text", $"1 to {MostText} characters, without control characters but line feeds");
            if (document.Font is { } font && !OperationsGrammar.IsPresetSlug(font))
                return Refuse<OverlayText>("font", "the slug of a font: 1 to 100 of a-z, 0-9 and _");
            return new OverlayText(text)
            {
                Font = document.Font ?? OverlayFonts.Default,
                Size = Length(document.Size, "size", 0) ?? DefaultSize,
                Color = Colour(document.Color, "color") ?? new Rgba(0, 0, 0, byte.MaxValue),
                Align = Word(document.Align, "align", Aligns, OverlayAlign.Start, static index => (OverlayAlign)index),
                LineHeight = Number(document.LineHeight, "lineHeight", 0.5, 5) ?? 1.25,
                Outline = Outline(document.Outline),
            };
        }

        private OverlayShape? Shape(OverlayElementDocument document)
        {
            Foreign(document.Asset, "asset", "image");
            Foreign(document.Version, "version", "image");
            Foreign(document.Fit, "fit", "image");
            Foreign(document.Text, "text", "text");
            Foreign(document.Font, "font", "text");
            Foreign(document.Align, "align", "text");
            Foreign(document.LineHeight, "lineHeight", "text");
            if (Array.IndexOf(Shapes, document.Shape) is < 0)
                return Refuse<OverlayShape>("shape", OneOf(Shapes));
            var kind = (OverlayShapeKind)Array.IndexOf(Shapes, document.Shape);
            if (kind != OverlayShapeKind.Line)
                Foreign(document.Size, "size", "text and line");
            if (kind != OverlayShapeKind.Rect)
                Foreign(document.Radius, "radius", "rect");
            if (kind == OverlayShapeKind.Line ? document.Width is null && document.Height is null : document.Width is null || document.Height is null)
                return Refuse<OverlayShape>(document.Width is null ? "width" : "height", Lengths);
            if (document.Color is null && (document.Outline is null || kind == OverlayShapeKind.Line))
                return Refuse<OverlayShape>("color", Colours);
            return new OverlayShape(kind)
            {
                Color = Colour(document.Color, "color"),
                Size = Length(document.Size, "size", 0) ?? new OverlayLength(1, IsShare: false),
                Radius = Length(document.Radius, "radius", 0) ?? default,
                Outline = Outline(document.Outline),
            };
        }

        private OverlayOutline? Outline(OverlayOutlineDocument? outline)
        {
            if (outline is null)
                return null;
            if (outline.Width is null || outline.Color is null)
                Refuse("outline", "an object of color and width");
            return new OverlayOutline(Colour(outline.Color, "outline.color") ?? default, Length(outline.Width, "outline.width", 0) ?? default);
        }

        private Rgba? Colour(string? text, string member)
        {
            if (text is null)
                return null;
            if (Rgba.Read(text) is { } colour)
                return colour;
            Refuse(member, Colours);
            return null;
        }

        /// <param name="value">A number or a text.</param>
        /// <param name="member">Its name.</param>
        /// <param name="least">-1 where it may be negative, else 0 and what is told must be above it.</param>
        private OverlayLength? Length(JsonElement? value, string member, int least)
        {
            if (value is not { } length)
                return null;
            var (number, most) = length.ValueKind switch
            {
                JsonValueKind.Number when length.TryGetDouble(out var px) => (px, MostPx),
                JsonValueKind.String when length.GetString() is { Length: <= 20 } text && text.EndsWith('%')
                    && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                        CultureInfo.InvariantCulture, out var share) => (share, MostShare),
                _ => (double.NaN, MostPx),
            };
            if (double.Abs(number) <= most && (least < 0 || number > 0 || (number == 0 && member is "radius")))
                return new OverlayLength(number, length.ValueKind == JsonValueKind.String);
            Refuse(member, $"{Lengths}{(least < 0 ? "" : ", above 0")}, at most {MostPx} px or {MostShare}%");
            return null;
        }

        private double? Number(double? value, string member, double least, double most)
        {
            if (value is { } number && !(number >= least && number <= most))
                Refuse(member, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
            return value;
        }

        private T Word<T>(string? word, string member, string[] words, T otherwise, Func<int, T> of)
        {
            if (word is null)
                return otherwise;
            var index = Array.IndexOf(words, word);
            if (index >= 0)
                return of(index);
            Refuse(member, OneOf(words));
            return otherwise;
        }

        private void Foreign(object? value, string member, string owner)
        {
            if (value is not null)
                Error ??= new Error(ErrorCode.InvalidRequest, $"{path}.{member} belongs to {owner} elements alone.");
        }

        private OverlayElement? Refuse(string member, string accepted) => Refuse<OverlayElement>(member, accepted);

        private T? Refuse<T>(string member, string accepted)
            where T : class
        {
            Error ??= Refused($"{path}.{member}", accepted);
            return null;
        }

        private static string OneOf(string[] words) => $"one of {string.Join(", ", words)}";
    }
}
