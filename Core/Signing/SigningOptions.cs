using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Signing;

/// <summary>The key that protects secrets at rest. Section <c>Signing</c>.</summary>
public sealed class SigningOptions
{
    public const string Section = "Signing";

    /// <summary>
    /// 32 random bytes, base64 (<c>openssl rand -base64 32</c>). The same for every Api and Worker; without it no stored secret can be read.
    /// Default: none, and a fixed key in development.
    /// </summary>
    public string MasterKey { get; set; } = "";

    /// <summary>Master keys of before, base64: they still open what they sealed. Default: none.</summary>
    public string[] PreviousMasterKeys { get; set; } = [];

    /// <summary>How often the counts of verified requests per key are written. Default 10 seconds: what a killed process can lose.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ErrorMessage = "Signing:CountFlushInterval must be from 00:00:00.1 to 01:00:00.")]
    public TimeSpan CountFlushInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Never a key.</summary>
    public override string ToString() => nameof(SigningOptions);
}

/// <summary>Gives development a key, and refuses to start anywhere else with one that is missing, short or known to everybody.</summary>
internal sealed class SigningOptionsSetup(IHostEnvironment environment) : IPostConfigureOptions<SigningOptions>, IValidateOptions<SigningOptions>
{
    private const string HowTo = "make one with: openssl rand -base64 32";

    /// <summary>Public knowledge, and therefore refused outside development.</summary>
    internal const string DevelopmentKey = "ZGV2ZWxvcG1lbnQtb25seS1tYXN0ZXIta2V5LTMyLWI=";

    public void PostConfigure(string? name, SigningOptions options)
    {
        if (environment.IsDevelopment() && options.MasterKey.Length == 0)
            options.MasterKey = DevelopmentKey;
    }

    public ValidateOptionsResult Validate(string? name, SigningOptions options)
    {
        var failures = new List<string>();
        if (options.MasterKey.Length == 0)
            failures.Add($"Signing:MasterKey is missing; {HowTo}");
        else if (Read(options.MasterKey) is not { } key)
            failures.Add($"Signing:MasterKey must be 32 random bytes in base64; {HowTo}");
        else if (!environment.IsDevelopment() && IsWellKnown(key))
            failures.Add($"Signing:MasterKey is one that everybody knows or can guess; {HowTo}");
        if (!options.PreviousMasterKeys.All(text => Read(text) is not null))
            failures.Add("Signing:PreviousMasterKeys must each be 32 bytes in base64.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static byte[]? Read(string text)
    {
        var bytes = new byte[UrlSignature.SecretBytes];
        return text.Length == 44 && Convert.TryFromBase64String(text, bytes, out var written) && written == bytes.Length ? bytes : null;
    }

    /// <summary>The development key, and keys nobody would draw: few different bytes, or bytes that count up or down.</summary>
    private static bool IsWellKnown(byte[] key) =>
        Convert.ToBase64String(key) == DevelopmentKey
        || key.Distinct().Count() < 12
        || key.Zip(key.Skip(1), (one, next) => (byte)(next - one)).Distinct().Count() == 1;
}
