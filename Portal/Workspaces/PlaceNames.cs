using System.Text;

namespace ImageService.Portal.Workspaces;

/// <summary>Short names made of names.</summary>
internal static class PlaceNames
{
    private const int MaxLength = 63;

    // The portal runs without the tables of languages that would tell a letter from its accent.
    private const string Accented = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿ";
    private const string Plain = "aaaaaaceeeeiiiinoooooouuuuyy";

    /// <summary>Lower-case letters, digits and single hyphens: <c>Café &amp; Bar 2</c> becomes <c>cafe-bar-2</c>.</summary>
    public static string Slug(string name)
    {
        var slug = new StringBuilder();
        foreach (var written in name.ToLowerInvariant())
        {
            var letter = Accented.IndexOf(written, StringComparison.Ordinal) is >= 0 and var place ? Plain[place] : written;
            if (letter is (>= 'a' and <= 'z') or (>= '0' and <= '9'))
                slug.Append(letter);
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
            if (slug.Length == MaxLength)
                break;
        }

        return slug.ToString().Trim('-');
    }
}

/// <summary>A tenant or space to make.</summary>
public sealed record NewPlace(string Name, string Slug, string? Tenant, string Access);
