using System.ComponentModel.DataAnnotations;

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
