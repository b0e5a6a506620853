namespace ImageService.Core.Dialects;

/// <summary>A URL of another service, taken apart but not understood yet.</summary>
/// <param name="Source">The picture's name there: decoded once, without a leading slash. The key of an alias.</param>
/// <param name="Options">What it asks for, in the URL's order, decoded.</param>
public sealed record OldUrl(string Source, IReadOnlyList<OldOption> Options)
{
    /// <summary>The signature as presented; null where the URL claims none.</summary>
    public string? Signature { get; init; }

    /// <summary>The text that the signature covers, exactly as it was sent.</summary>
    public string Covered { get; init; } = "";

    /// <summary>When the URL ends, Unix time, seconds; null: never.</summary>
    public long? ExpiresUnixSeconds { get; init; }
}

/// <summary>One option of an old URL, such as imgproxy's <c>rs:fill:300:200</c>.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Value">All behind the name; empty for a flag.</param>
public readonly record struct OldOption(string Name, string Value);

/// <summary>What an old URL means here.</summary>
/// <param name="Operations">In our grammar.</param>
/// <param name="Extension">The answer's format where <see cref="Operations"/> say none, and what a negotiation falls back to.</param>
/// <param name="Unmapped">Options that change the picture there and have no counterpart here, by name.</param>
/// <param name="Ignored">Options without a counterpart that nobody would see.</param>
public sealed record OldMeaning(
    Operations.ImageOperations Operations, Operations.ImageFormat Extension, IReadOnlyList<string> Unmapped, IReadOnlyList<string> Ignored);
