using System.Globalization;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace ImageService.Client.AspNetCore;

/// <summary>
/// <c>&lt;img asset="Model.Hero" width="400" alt="…" /&gt;</c>, or <c>&lt;image-service asset="…" /&gt;</c>: writes <c>src</c>, <c>srcset</c>, <c>sizes</c>,
/// <c>width</c>, <c>height</c>, lazy
/// loading and a placeholder. Other attributes stay as they are.
/// </summary>
[HtmlTargetElement("img", Attributes = "asset", TagStructure = TagStructure.WithoutEndTag)]
[HtmlTargetElement("image-service", Attributes = "asset", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class ImageTagHelper(ImageMarkup markup) : TagHelper
{
    /// <summary>Whose picture.</summary>
    public ImageAsset? Asset { get; set; }

    /// <summary>What is done with it, beside the attributes below.</summary>
    public ImageOperations? Operations { get; set; }

    /// <summary>Width on the page, px.</summary>
    public int? Width { get; set; }

    /// <summary>Height on the page, px.</summary>
    public int? Height { get; set; }

    public Fit? Fit { get; set; }

    /// <summary>Slug of a preset.</summary>
    public string? Preset { get; set; }

    /// <summary>As in HTML; left out: the width on the page, else <c>100vw</c>.</summary>
    public string? Sizes { get; set; }

    /// <summary>Loaded at once and first: the picture that is seen before anything is scrolled.</summary>
    public bool Priority { get; set; }

    /// <summary>Whether to show a placeholder, which is an inline style; not, where the page's Content-Security-Policy forbids those.</summary>
    public bool Placeholder { get; set; } = true;

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        if (Asset is null)
            throw new InvalidOperationException("The attribute asset is null: an image needs one.");
        var operations = (Operations ?? new ImageOperations()) with
        {
            Width = Width ?? Operations?.Width,
            Height = Height ?? Operations?.Height,
            Fit = Fit ?? Operations?.Fit,
            Preset = Preset ?? Operations?.Preset,
        };
        var image = markup.For(Asset, operations, Sizes);
        output.TagName = "img";
        output.TagMode = TagMode.StartTagOnly;
        output.Content.Clear();
        output.Attributes.SetAttribute("src", image.Src);
        output.Attributes.SetAttribute("srcset", image.Srcset);
        output.Attributes.SetAttribute("sizes", image.Sizes);
        SetMissing(output, "width", image.Width?.ToString(CultureInfo.InvariantCulture));
        SetMissing(output, "height", image.Height?.ToString(CultureInfo.InvariantCulture));
        SetMissing(output, "loading", Priority ? "eager" : "lazy");
        SetMissing(output, "fetchpriority", Priority ? "high" : null);
        SetMissing(output, "decoding", "async");
        SetMissing(output, "style", Placeholder ? image.Style : null);
    }

    private static void SetMissing(TagHelperOutput output, string name, string? value)
    {
        if (value is not null && !output.Attributes.ContainsName(name))
            output.Attributes.SetAttribute(name, value);
    }
}
