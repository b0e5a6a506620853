using System.Diagnostics.CodeAnalysis;

namespace ImageService.Core.Registry;

/// <summary>The name of an organization, tenant or space in a URL: 1 to 100 of <c>[a-z0-9-]</c>, starting and ending with a letter or digit.</summary>
public readonly record struct Slug
{
    private Slug(string value) => Value = value;

    public string Value { get; }

    public static bool TryParse([NotNullWhen(true)] string? text, out Slug slug)
    {
        slug = default;
        if (text is not { Length: >= 1 and <= 100 } || text[0] == '-' || text[^1] == '-')
            return false;
        foreach (var character in text)
        {
            if (character is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
                return false;
        }

        slug = new Slug(text);
        return true;
    }

    public override string ToString() => Value;
}
