using ImageService.Core.Operations;

namespace ImageService.Core.Dialects;

/// <summary>imgproxy's short words, by its documentation of processing options.</summary>
internal static class ImgproxyWords
{
    /// <summary>The long name of an option; a long name is its own.</summary>
    public static string LongName(string name) => name switch
    {
        "rs" => "resize",
        "s" => "size",
        "rt" => "resizing_type",
        "w" => "width",
        "h" => "height",
        "mw" => "min-width",
        "mh" => "min-height",
        "z" => "zoom",
        "el" => "enlarge",
        "ex" => "extend",
        "g" => "gravity",
        "c" => "crop",
        "t" => "trim",
        "pd" => "padding",
        "wm" => "watermark",
        "pix" => "pixelate",
        "rot" => "rotate",
        "fl" => "flip",
        "bg" => "background",
        "bl" => "blur",
        "sh" => "sharpen",
        "q" => "quality",
        "fq" => "format_quality",
        "f" or "ext" => "format",
        "exp" => "expires",
        "cb" => "cachebuster",
        "fn" => "filename",
        "att" => "return_attachment",
        "pr" => "preset",
        "sm" => "strip_metadata",
        "kcr" => "keep_copyright",
        "scp" => "strip_color_profile",
        "ar" => "auto_rotate",
        "ph" => "preserve_hdr",
        "br" => "brightness",
        "co" => "contrast",
        "sa" => "saturation",
        "mb" => "max_bytes",
        _ => name,
    };

    /// <summary>The gravity of a type; null for what is none of them.</summary>
    public static Gravity? GravityOf(string? letters) => letters switch
    {
        "no" => Gravity.North,
        "so" => Gravity.South,
        "ea" => Gravity.East,
        "we" => Gravity.West,
        "noea" => Gravity.Northeast,
        "nowe" => Gravity.Northwest,
        "soea" => Gravity.Southeast,
        "sowe" => Gravity.Southwest,
        "ce" => Gravity.Center,
        "sm" => Gravity.Smart,
        _ => null,
    };

    /// <summary>The type of a gravity; <c>ce</c> for what imgproxy has no word for.</summary>
    public static string Letters(Gravity gravity) => gravity switch
    {
        Gravity.North => "no",
        Gravity.South => "so",
        Gravity.East => "ea",
        Gravity.West => "we",
        Gravity.Northeast => "noea",
        Gravity.Northwest => "nowe",
        Gravity.Southeast => "soea",
        Gravity.Southwest => "sowe",
        Gravity.Smart => "sm",
        _ => "ce",
    };
}
