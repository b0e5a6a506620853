using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Messaging;

/// <summary>
/// Settings of Amazon SQS, or of a server that speaks its protocol. Without keys, credentials come from the platform: environment, profile, web identity,
/// container or instance role.
/// </summary>
public sealed class SqsOptions : IValidatableObject
{
    public const string Section = "Messaging:Sqs";

    /// <summary>Region, such as <c>eu-central-1</c>. Null (default): the platform's.</summary>
    public string? Region { get; set; }

    /// <summary>Address of a server other than Amazon's. Null (default): the region's.</summary>
    [RegularExpression("^https?://[^\\s]+$", ErrorMessage = "Messaging:Sqs:ServiceUrl must be an address that begins with http:// or https://.")]
    public string? ServiceUrl { get; set; }

    /// <summary>Access key. Null (default): the platform's credentials.</summary>
    public string? AccessKey { get; set; }

    /// <summary>Secret of the access key.</summary>
    public string? SecretKey { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AccessKey is null != SecretKey is null)
            yield return new ValidationResult("Messaging:Sqs:AccessKey and Messaging:Sqs:SecretKey must be set together, or neither.");
    }
}
