using System.Globalization;
using ImageService.Portal.Client;

namespace ImageService.Portal.Images;

/// <summary>An image's address as code of the client packages (docs/clients.md): the same picture, put together by names.</summary>
internal sealed class ClientCode
{
    /// <summary>
    /// What stands after an operation's name: a number (or a word in quotes), a member of an enumeration, texts, a flag, numbers, several texts.
    /// </summary>
    private enum Kind
    {
        Number,
        Choice,
        Text,
        Flag,
        Numbers,
        Texts,
    }

    private static readonly Dictionary<string, (string Member, Kind Kind)> Members = new(StringComparer.Ordinal)
    {
        ["preset"] = ("Preset", Kind.Text),
        ["fmt"] = ("Format", Kind.Choice),
        ["w"] = ("Width", Kind.Number),
        ["h"] = ("Height", Kind.Number),
        ["f"] = ("Fit", Kind.Choice),
        ["g"] = ("Gravity", Kind.Choice),
        ["b"] = ("Background", Kind.Text),
        ["q"] = ("Quality", Kind.Number),
        ["r"] = ("Rotation", Kind.Number),
        ["sharpen"] = ("Sharpen", Kind.Number),
        ["blur"] = ("Blur", Kind.Number),
        ["bw"] = ("Greyscale", Kind.Flag),
        ["flip"] = ("Flip", Kind.Flag),
        ["flop"] = ("Flop", Kind.Flag),
        ["fx"] = ("FocalX", Kind.Number),
        ["fy"] = ("FocalY", Kind.Number),
        ["ar"] = ("AspectRatio", Kind.Text),
        ["dpr"] = ("Dpr", Kind.Number),
        ["crop"] = ("Crop", Kind.Numbers),
        ["trim"] = ("Trim", Kind.Number),
        ["pad"] = ("Pad", Kind.Numbers),
        ["round"] = ("Round", Kind.Number),
        ["bri"] = ("Brightness", Kind.Number),
        ["con"] = ("Contrast", Kind.Number),
        ["sat"] = ("Saturation", Kind.Number),
        ["gam"] = ("Gamma", Kind.Number),
        ["tint"] = ("Tint", Kind.Text),
        ["duotone"] = ("Duotone", Kind.Texts),
        ["pixelate"] = ("Pixelate", Kind.Number),
        ["bytes"] = ("MaxBytes", Kind.Number),
        ["odpr"] = ("OverlayDpr", Kind.Number),
    };

    private readonly string _origin;
    private readonly string _organization;
    private readonly AssetResponse _asset;
    private readonly string _extension;
    private readonly List<(string Member, Kind Kind, string Value)> _operations;

    private ClientCode(string origin, string organization, AssetResponse asset, string extension, List<(string Member, Kind Kind, string Value)> operations) =>
        (_origin, _organization, _asset, _extension, _operations) = (origin, organization, asset, extension, operations);

    /// <summary>Null where the address holds an operation that is not named here: its text is then better copied as it is.</summary>
    /// <param name="origin">Scheme and host.</param>
    /// <param name="organization">Slug.</param>
    /// <param name="asset">The asset.</param>
    /// <param name="fileName">Operations with extension.</param>
    public static ClientCode? Of(string origin, string organization, AssetResponse asset, string fileName)
    {
        var dot = fileName.LastIndexOf('.');
        List<(string Member, Kind Kind, string Value)> operations = [];
        foreach (var token in fileName[..dot].Split('-').Where(token => token != "original"))
        {
            var (name, value) = token.IndexOf('_', StringComparison.Ordinal) is > 0 and var bar ? (token[..bar], token[(bar + 1)..]) : (token, "");
            if (!Members.TryGetValue(name, out var member))
                return null;
            operations.Add((member.Member, member.Kind, value));
        }

        return new ClientCode(origin, organization, asset, fileName[(dot + 1)..], operations);
    }

    /// <summary>By <c>ImageService.Client</c>.</summary>
    public string CSharp()
    {
        var access = _asset.IsPrivate ? " Access = ImageAccess.Private," : "";
        var operations = _operations.Count == 0 ? ""
            : $"    Operations = new() {{ {string.Join(", ", _operations.Select(operation => $"{operation.Member} = {CSharpValue(operation)}"))} }},\n";
        return "using ImageService.Client;\n\nvar url = new ImageUrl\n{\n"
            + $"    BaseUrl = \"{_origin}\", Organization = \"{_organization}\", Tenant = \"{_asset.Tenant}\", Space = \"{_asset.Space}\",{access}\n"
            + $"    Asset = \"{_asset.Id}\", Version = {_asset.Version}, Extension = \"{_extension}\",\n{operations}}}.ToString();";
    }

    /// <summary>By <c>@imageservice/client</c>.</summary>
    public string TypeScript()
    {
        var access = _asset.IsPrivate ? " access: 'private'," : "";
        var operations = _operations.Count == 0 ? ""
            : $"  operations: {{ {string.Join(", ", _operations.Select(operation => $"{Camel(operation.Member)}: {TypeScriptValue(operation)}"))} }},\n";
        return "import { buildUrl } from '@imageservice/client';\n\nconst url = buildUrl({\n"
            + $"  baseUrl: '{_origin}', organization: '{_organization}', tenant: '{_asset.Tenant}', space: '{_asset.Space}',{access}\n"
            + $"  asset: '{_asset.Id}', version: {_asset.Version}, extension: '{_extension}',\n{operations}}});";
    }

    private static string CSharpValue((string Member, Kind Kind, string Value) operation) => operation.Kind switch
    {
        Kind.Flag => "true",
        Kind.Choice => $"{(operation.Member == "Format" ? "ImageFormat" : operation.Member)}.{char.ToUpperInvariant(operation.Value[0])}{operation.Value[1..]}",
        Kind.Number when IsNumber(operation.Value) => operation.Value,
        _ => $"\"{operation.Value}\"",
    };

    private static string TypeScriptValue((string Member, Kind Kind, string Value) operation) => operation.Kind switch
    {
        Kind.Flag => "true",
        Kind.Number when IsNumber(operation.Value) => operation.Value,
        Kind.Numbers => operation.Value.Contains(',', StringComparison.Ordinal) ? $"[{string.Join(", ", operation.Value.Split(','))}]" : operation.Value,
        Kind.Texts => $"[{string.Join(", ", operation.Value.Split(',').Select(text => $"'{text}'"))}]",
        _ => $"'{operation.Value}'",
    };

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

    private static string Camel(string member) => char.ToLowerInvariant(member[0]) + member[1..];
}
