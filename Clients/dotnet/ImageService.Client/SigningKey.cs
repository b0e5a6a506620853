namespace ImageService.Client;

/// <summary>A tenant's signing key; belongs on servers only.</summary>
/// <param name="Kid">The key's id.</param>
/// <param name="Secret">Base64url of 32 bytes, as the API shows it once.</param>
/// <param name="TenantId">The tenant that owns the images.</param>
public sealed record SigningKey(string Kid, string Secret, Guid TenantId)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => Kid;
}
