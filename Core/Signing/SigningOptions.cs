using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Signing;

/// <summary>The key that protects secrets at rest. Section <c>Signing</c>.</summary>
public sealed class SigningOptions : IValidatableObject
{
    public const string Section = "Signing";

    /// <summary>32 random bytes, base64 (<c>openssl rand -base64 32</c>). The same for every Api and Worker; without it no stored secret can be read.</summary>
    public string MasterKey { get; set; } = "";

    /// <summary>Master keys of before, base64: they still open what they sealed.</summary>
    public string[] PreviousMasterKeys { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsKey(MasterKey))
            yield return new ValidationResult("Signing:MasterKey must be 32 random bytes in base64; make one with: openssl rand -base64 32", [nameof(MasterKey)]);
        if (!PreviousMasterKeys.All(IsKey))
            yield return new ValidationResult("Signing:PreviousMasterKeys must each be 32 bytes in base64.", [nameof(PreviousMasterKeys)]);
    }

    /// <summary>Never a key.</summary>
    public override string ToString() => nameof(SigningOptions);

    private static bool IsKey(string text)
    {
        Span<byte> bytes = stackalloc byte[33];
        return text.Length is > 40 and < 50 && Convert.TryFromBase64String(text, bytes, out var written) && written == 32;
    }
}
