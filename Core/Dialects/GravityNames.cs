using ImageService.Core.Operations;

namespace ImageService.Core.Dialects;

/// <summary>A gravity from and to the two sides that most services name.</summary>
internal static class GravityNames
{
    /// <summary>The gravity of up to two sides: -1 is left or top, 1 right or bottom, 0 neither.</summary>
    public static Gravity Of(int horizontal, int vertical) => (horizontal, vertical) switch
    {
        (0, -1) => Gravity.North,
        (1, -1) => Gravity.Northeast,
        (1, 0) => Gravity.East,
        (1, 1) => Gravity.Southeast,
        (0, 1) => Gravity.South,
        (-1, 1) => Gravity.Southwest,
        (-1, 0) => Gravity.West,
        (-1, -1) => Gravity.Northwest,
        _ => Gravity.Center,
    };

    /// <summary>The sides of a gravity; neither for those that have no place.</summary>
    public static (int Horizontal, int Vertical) Sides(this Gravity gravity) => gravity switch
    {
        Gravity.North => (0, -1),
        Gravity.Northeast => (1, -1),
        Gravity.East => (1, 0),
        Gravity.Southeast => (1, 1),
        Gravity.South => (0, 1),
        Gravity.Southwest => (-1, 1),
        Gravity.West => (-1, 0),
        Gravity.Northwest => (-1, -1),
        _ => (0, 0),
    };

    /// <summary>The gravity of words such as <c>top</c>, <c>left</c>; null where one is no side or a direction is said twice.</summary>
    public static Gravity? OfWords(IEnumerable<string> words)
    {
        var (horizontal, vertical) = (0, 0);
        foreach (var word in words)
        {
            switch (word)
            {
                case "left" or "right" when horizontal == 0:
                    horizontal = word is "left" ? -1 : 1;
                    break;
                case "top" or "bottom" when vertical == 0:
                    vertical = word is "top" ? -1 : 1;
                    break;
                case "center" or "centre" or "middle":
                    break;
                default:
                    return null;
            }
        }

        return Of(horizontal, vertical);
    }

    /// <summary>The words of a gravity's sides, vertical first; none for those that have no place.</summary>
    public static IEnumerable<string> Words(this Gravity gravity)
    {
        var (horizontal, vertical) = gravity.Sides();
        if (vertical != 0)
            yield return vertical < 0 ? "top" : "bottom";
        if (horizontal != 0)
            yield return horizontal < 0 ? "left" : "right";
    }
}
