namespace ImageService.Core.Storage;

/// <summary>Names of stores: they stand in configuration keys, rows, policies and URLs.</summary>
public static class StoreName
{
    public const int MaxLength = 50;

    /// <summary>1 to 50 of <c>a</c> to <c>z</c>, digits, <c>-</c> and <c>_</c>.</summary>
    public static bool IsValid(string name) =>
        name.Length is >= 1 and <= MaxLength && name.All(character => character is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_');
}
