using ImageService.Core.Operations;

namespace ImageService.Core.Dialects;

/// <summary>One of Cloudinary's steps on its way to our operations. Ours are made at once: a size that a second step changes again cannot be said.</summary>
internal sealed class CloudinaryComponent(Mapping to)
{
    /// <summary>Cloudinary's strengths of blur and sharpening, 1 to 2000, over ours.</summary>
    public const double Strength = 100;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Takes a step such as <c>c_fill,w_300,h_200,g_auto</c>.</summary>
    public void Take(string component)
    {
        foreach (var part in component.Split(','))
        {
            var bar = part.IndexOf('_', StringComparison.Ordinal);
            if (bar <= 0 || !_values.TryAdd(part[..bar], part[(bar + 1)..]))
                to.Refuse(part);
        }

        var before = to.Operations;
        if (_values.GetValueOrDefault("c") is "crop" ? !TakeCrop() : !TakeSize())
            to.Refuse(component);
        else if (before is not { Width: null, Height: null } && (before.Width, before.Height) != (to.Operations.Width, to.Operations.Height))
            to.Refuse($"a second size ({component})");
        foreach (var (key, value) in _values)
        {
            if (key is not ("c" or "w" or "h" or "ar" or "g" or "x" or "y") && !TakeOther(key, value))
                to.Refuse(key is "e" ? $"e_{value.Split(':')[0]}" : $"{key}_");
        }
    }

    private bool TakeCrop()
    {
        var (width, height) = (Length("w", to.Source.Width) ?? to.Source.Width, Length("h", to.Source.Height) ?? to.Source.Height);
        if (_values.ContainsKey("ar") || to.Operations.Crop is not null || to.Operations is not { Width: null, Height: null })
            return false;
        if (_values.ContainsKey("x") || _values.ContainsKey("y"))
            return !_values.ContainsKey("g") && to.Crop(Length("x", to.Source.Width) ?? 0, Length("y", to.Source.Height) ?? 0, width, height);
        return GravityOf(_values.GetValueOrDefault("g") ?? "center") is { } gravity && to.CropAt(gravity, width, height);
    }

    private bool TakeSize()
    {
        if (!_values.Keys.Any(static key => key is "c" or "w" or "h" or "ar" or "g" or "x" or "y"))
            return true;
        var fit = _values.GetValueOrDefault("c") ?? "scale";
        if (fit is "auto" && !_values.ContainsKey("g"))
            to.Gravity(Gravity.Smart);
        return Side("w", to.Source.Width, to.Width) && Side("h", to.Source.Height, to.Height) && Ratio() && TakeGravity() && to.Fit(fit switch
        {
            "scale" => Fit.Fill,
            "fit" or "limit" => Fit.Inside,
            "mfit" => Fit.Outside,
            "fill" or "lfill" or "auto" or "thumb" => Fit.Cover,
            "pad" or "lpad" or "mpad" => Fit.Pad,
            _ => null,
        });
    }

    private bool Side(string key, int own, Func<double?, bool> set) =>
        (key is "w" && _values.GetValueOrDefault(key) is "auto" && to.AutoWidth()) || !_values.ContainsKey(key) || (Length(key, own) is { } px && set(px));

    private bool Ratio()
    {
        if (_values.GetValueOrDefault("ar") is not { } text)
            return true;
        if (AspectRatio.Read(text) is not { } ratio || to.Operations is { Width: not null, Height: not null })
            return false;
        to.Operations = to.Operations with { AspectRatio = ratio };
        return true;
    }

    private bool TakeGravity()
    {
        var gravity = _values.GetValueOrDefault("g");
        if (gravity is "xy_center")
            return to.Focal(Length("x", to.Source.Width) / to.Source.Width, Length("y", to.Source.Height) / to.Source.Height);
        return !_values.ContainsKey("x") && !_values.ContainsKey("y") && (gravity is null || to.Gravity(GravityOf(gravity)));
    }

    /// <summary>px, or a share of the original where it has a point; null where it is absent or no number.</summary>
    private double? Length(string key, int own) => _values.GetValueOrDefault(key) is not { } text || TargetText.Number(text) is not (>= 0 and var number) ? null
        : text.Contains('.', StringComparison.Ordinal) && number <= 1 ? Math.Floor(number * own)
        : number;

    private static Gravity? GravityOf(string name) => name switch
    {
        "center" => Gravity.Center,
        "north" => Gravity.North,
        "north_east" => Gravity.Northeast,
        "east" => Gravity.East,
        "south_east" => Gravity.Southeast,
        "south" => Gravity.South,
        "south_west" => Gravity.Southwest,
        "west" => Gravity.West,
        "north_west" => Gravity.Northwest,
        "custom" => Gravity.Focal,
        _ when name is "auto" or "face" or "faces" || name.StartsWith("auto:", StringComparison.Ordinal)
            || name.StartsWith("face:", StringComparison.Ordinal) => Gravity.Smart,
        _ => null,
    };

    private bool TakeOther(string key, string value)
    {
        switch (key)
        {
            case "q":
                var quality = value.Split(':')[0];
                if (quality is not "auto")
                    return to.Quality(TargetText.Number(quality));
                to.Operations = to.Operations with { Quality = value is "auto:eco" ? Quality.Economical : Quality.Auto };
                return true;
            case "f":
                return to.Format(value.Split(':')[0]);
            case "b":
                return to.Background(Colors.Read(value.StartsWith("rgb:", StringComparison.Ordinal) ? value[4..] : value));
            case "a":
                return Angle(value);
            case "dpr":
                return value is "auto" || to.Dpr(TargetText.Number(value));
            case "r":
                return to.Round(value);
            case "t":
                to.Operations = to.Operations with { Preset = value.Replace('-', '_') };
                return OperationsGrammar.IsPresetSlug(value.Replace('-', '_'));
            case "e":
                return Effect(value.Split(':'));
            case "fl" when value is "lossy" or "progressive" or "strip_profile" or "keep_iptc" or "immutable_cache" or "any_format" or "force_strip"
                or "attachment" or "keep_attribution":
                to.Ignore($"fl_{value}");
                return true;
            default:
                return false;
        }
    }

    private bool Angle(string value)
    {
        switch (value)
        {
            case "hflip":
                to.Operations = to.Operations with { Flip = true };
                return true;
            case "vflip":
                to.Operations = to.Operations with { Flop = true };
                return true;
            case "exif" or "ignore":
                to.Ignore($"a_{value}");
                return true;
            default:
                return to.Rotate(TargetText.Number(value));
        }
    }

    private bool Effect(string[] parts)
    {
        var amount = parts.Length > 1 ? TargetText.Number(parts[1]) : null;
        if (parts.Length > 1 && amount is null)
            return false;
        switch (parts[0])
        {
            case "grayscale":
                to.Operations = to.Operations with { Greyscale = true };
                return true;
            case "blur":
                return to.Blur((amount ?? 100) / Strength);
            case "sharpen":
                return to.Sharpen((amount ?? 100) / Strength);
            case "brightness":
                return to.Brightness(100 + (amount ?? 80));
            case "contrast":
                return to.Contrast(100 + (amount ?? 0));
            case "saturation":
                return to.Saturation(100 + (amount ?? 80));
            case "gamma":
                return to.Gamma(1 + ((amount ?? 0) / 100));
            case "pixelate":
                return to.Pixelate(amount ?? 5);
            case "trim":
                return to.Trim(amount ?? 10);
            default:
                return false;
        }
    }
}
