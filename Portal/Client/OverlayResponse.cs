using System.Text.Json;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record OverlayResponse
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; init; }

    public required string? Description { get; init; }

    public required IReadOnlyList<OverlayElement> Elements { get; init; }

    public required int Revision { get; init; }

    public required string Level { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record SaveOverlayRequest(string Slug, string? Name, string? Description, IReadOnlyList<OverlayElement> Elements);

public sealed record PreviewOverlayRequest(IReadOnlyList<OverlayElement> Elements, int? Width, int? Height, IReadOnlyList<string?>? Texts);

public sealed record OverlayPreviewResponse(string Image);

/// <summary>One element; which members count depends on <see cref="Type"/>. A length is a number of px or a share such as <c>25%</c>.</summary>
public sealed record OverlayElement
{
    public required string Type { get; init; }

    public string? Asset { get; init; }

    public int? Version { get; init; }

    public string? Fit { get; init; }

    public string? Text { get; init; }

    public string? Font { get; init; }

    public JsonElement? Size { get; init; }

    public string? Align { get; init; }

    public double? LineHeight { get; init; }

    public string? Shape { get; init; }

    public JsonElement? Radius { get; init; }

    public string? Color { get; init; }

    public OverlayOutline? Outline { get; init; }

    public double? Opacity { get; init; }

    public string? Blend { get; init; }

    public string? Gravity { get; init; }

    public JsonElement? X { get; init; }

    public JsonElement? Y { get; init; }

    public JsonElement? Width { get; init; }

    public JsonElement? Height { get; init; }

    public double? Rotate { get; init; }
}

/// <summary>A line around letters or a shape.</summary>
public sealed record OverlayOutline
{
    public string? Color { get; init; }

    public JsonElement? Width { get; init; }
}

public sealed record FontResponse
{
    public required string Slug { get; init; }

    public required string Family { get; init; }

    public required string Style { get; init; }

    public required IReadOnlyList<string> Scripts { get; init; }

    public required int Glyphs { get; init; }

    public required long SizeBytes { get; init; }

    public required bool IsShipped { get; init; }

    public required DateTimeOffset? CreatedAt { get; init; }
}
