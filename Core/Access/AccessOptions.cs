using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Access;

/// <summary>The operator's own access. Section <c>Access</c>.</summary>
public sealed class AccessOptions
{
    public const string Section = "Access";

    /// <summary>
    /// The platform key: an <c>X-API-Key</c> value that may create organizations and nothing else. At least 32 characters; make one with
    /// <c>openssl rand -hex 32</c>. Empty (the default): there is none.
    /// </summary>
    [RegularExpression("^$|^.{32,200}$", ErrorMessage = "Access:PlatformKey must have at least 32 characters; make one with: openssl rand -hex 32")]
    public string PlatformKey { get; set; } = "";

    /// <summary>Never the key.</summary>
    public override string ToString() => nameof(AccessOptions);
}

/// <summary>Outside development a platform key must look random: long but typed by hand is still guessed.</summary>
internal sealed class PlatformKeyStrength(IHostEnvironment environment) : IValidateOptions<AccessOptions>
{
    private static readonly string[] Words = ["password", "secret", "changeme", "platform", "imageservice", "example", "demo", "admin"];

    public ValidateOptionsResult Validate(string? name, AccessOptions options) =>
        environment.IsDevelopment() || options.PlatformKey.Length == 0 || IsStrong(options.PlatformKey)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Access:PlatformKey is too easy to guess; make a random one with: openssl rand -hex 32");

    private static bool IsStrong(string key) =>
        key.Distinct().Count() >= 10
        && !Words.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase))
        && !Enumerable.Range(1, key.Length / 2).Any(period => IsRepeated(key, period));

    private static bool IsRepeated(string key, int period)
    {
        for (var i = period; i < key.Length; i++)
        {
            if (key[i] != key[i - period])
                return false;
        }

        return true;
    }
}
