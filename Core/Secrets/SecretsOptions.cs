using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Secrets;

/// <summary>The keys that protect secrets at rest. The section <c>Signing</c> is read where this one is silent.</summary>
public sealed class SecretsOptions
{
    public const string Section = "Secrets";

    internal const int MasterKeyBytes = 32;

    /// <summary>
    /// 32 random bytes, base64 (<c>openssl rand -base64 32</c>). The same for every Api and Worker; without it no stored secret can be read.
    /// Default: none, and a fixed key in development.
    /// </summary>
    public string MasterKey { get; set; } = "";

    /// <summary>Master keys of before, base64: they still open what they sealed. Default: none.</summary>
    public string[] PreviousMasterKeys { get; set; } = [];

    /// <summary>Never a key.</summary>
    public override string ToString() => nameof(SecretsOptions);
}

/// <summary>Gives development a key, and refuses to start anywhere else with one that is missing, short or known to everybody.</summary>
internal sealed class SecretsOptionsSetup(IHostEnvironment environment, IConfiguration configuration) : IPostConfigureOptions<SecretsOptions>,
    IValidateOptions<SecretsOptions>
{
    private const string HowTo = "make one with: openssl rand -base64 32";

    /// <summary>Public knowledge, and therefore refused outside development.</summary>
    internal const string DevelopmentKey = "ZGV2ZWxvcG1lbnQtb25seS1tYXN0ZXIta2V5LTMyLWI=";

    /// <summary>Where the keys were before this room had a section of its own; still read.</summary>
    private const string Alias = "Signing";

    public void PostConfigure(string? name, SecretsOptions options)
    {
        if (options.MasterKey.Length == 0)
            options.MasterKey = configuration[$"{Alias}:{nameof(SecretsOptions.MasterKey)}"] ?? "";
        if (options.PreviousMasterKeys.Length == 0)
            options.PreviousMasterKeys = configuration.GetSection($"{Alias}:{nameof(SecretsOptions.PreviousMasterKeys)}").Get<string[]>() ?? [];
        if (environment.IsDevelopment() && options.MasterKey.Length == 0)
            options.MasterKey = DevelopmentKey;
    }

    public ValidateOptionsResult Validate(string? name, SecretsOptions options)
    {
        var failures = new List<string>();
        if (options.MasterKey.Length == 0)
            failures.Add($"Secrets:MasterKey is missing; {HowTo}");
        else if (Read(options.MasterKey) is not { } key)
            failures.Add($"Secrets:MasterKey must be 32 random bytes in base64; {HowTo}");
        else if (!environment.IsDevelopment() && IsWellKnown(key))
            failures.Add($"Secrets:MasterKey is one that everybody knows or can guess; {HowTo}");
        if (!options.PreviousMasterKeys.All(text => Read(text) is not null))
            failures.Add("Secrets:PreviousMasterKeys must each be 32 bytes in base64.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static byte[]? Read(string text)
    {
        var bytes = new byte[SecretsOptions.MasterKeyBytes];
        return text.Length == 44 && Convert.TryFromBase64String(text, bytes, out var written) && written == bytes.Length ? bytes : null;
    }

    /// <summary>The development key, and keys nobody would draw: few different bytes, or bytes that count up or down.</summary>
    private static bool IsWellKnown(byte[] key) =>
        Convert.ToBase64String(key) == DevelopmentKey
        || key.Distinct().Count() < 12
        || key.Zip(key.Skip(1), (one, next) => (byte)(next - one)).Distinct().Count() == 1;
}
