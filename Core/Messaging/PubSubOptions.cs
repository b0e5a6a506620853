using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Messaging;

/// <summary>
/// Settings of Google Cloud Pub/Sub. Credentials are the platform's (workload identity, instance, <c>GOOGLE_APPLICATION_CREDENTIALS</c>) unless a file is
/// named.
/// </summary>
public sealed class PubSubOptions
{
    public const string Section = "Messaging:PubSub";

    /// <summary>Project that holds topics and subscriptions.</summary>
    [RegularExpression("^[a-z][a-z0-9:.-]{2,99}$", ErrorMessage = "Messaging:PubSub:Project must be a Google Cloud project id.")]
    public string? Project { get; set; }

    /// <summary>File with a service account's or a workload identity's credentials. Null (default): the platform's.</summary>
    public string? CredentialsFile { get; set; }

    /// <summary>Address of Pub/Sub. With <c>http://</c> (an emulator) no credentials are sent.</summary>
    [RegularExpression("^https?://[^\\s]+$", ErrorMessage = "Messaging:PubSub:Endpoint must be an address that begins with http:// or https://.")]
    public string Endpoint { get; set; } = "https://pubsub.googleapis.com";

    /// <summary>Address of Cloud Monitoring, which alone knows how much waits; needs the right <c>monitoring.timeSeries.list</c>.</summary>
    [RegularExpression("^https?://[^\\s]+$", ErrorMessage = "Messaging:PubSub:MonitoringEndpoint must be an address that begins with http:// or https://.")]
    public string MonitoringEndpoint { get; set; } = "https://monitoring.googleapis.com";
}
