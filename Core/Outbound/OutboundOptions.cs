using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Outbound;

/// <summary>Settings of requests to URLs that callers name. Their keys stand beside those of ingestion, which came first.</summary>
public sealed class OutboundOptions
{
    public const string Section = "Ingestion";

    /// <summary>Hosts, each as <c>host:port</c>, that may be fetched from though their address is not public. Default: none.</summary>
    public string[] TrustedFetchHosts { get; set; } = [];

    /// <summary>Longest time for one connection to be made. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00", ErrorMessage = "Ingestion:FetchConnectTimeout must be from 00:00:00.1 to 00:01:00.")]
    public TimeSpan FetchConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
