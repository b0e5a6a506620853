using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Messaging;

/// <summary>Settings of Azure Service Bus. One of the two is needed.</summary>
public sealed class ServiceBusOptions
{
    public const string Section = "Messaging:ServiceBus";

    /// <summary>
    /// Namespace, such as <c>example.servicebus.windows.net</c>, entered by the platform's identity (managed identity, workload identity, environment).
    /// Null (default): the connection string's.
    /// </summary>
    [RegularExpression("^[A-Za-z0-9.-]+$", ErrorMessage = "Messaging:ServiceBus:Namespace must be a host name such as example.servicebus.windows.net.")]
    public string? Namespace { get; set; }

    /// <summary>A connection string with a shared access key that may send and listen. A secret. Null (default): the namespace and the identity.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Takes <c>ConnectionStrings:queue</c> over: a connection string, or the namespace alone.</summary>
    internal void Read(string text)
    {
        if (text.Contains('=', StringComparison.Ordinal))
            ConnectionString = text;
        else Namespace = text;
    }
}
