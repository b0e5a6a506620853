using System.Security.Cryptography;
using System.Text;

namespace ImageService.Core.Dialects;

/// <summary>Comparing signatures without telling by the time how much of one is right.</summary>
internal static class FixedTime
{
    /// <summary>Whether two texts are one; lengths are no secret.</summary>
    public static bool Equal(string expected, string? presented) =>
        presented is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(presented));
}
