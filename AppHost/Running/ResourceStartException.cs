namespace ImageService.AppHost.Running;

/// <summary>Something cannot start. The message is for the person at the terminal: what is wrong and what to do.</summary>
internal sealed class ResourceStartException(string message, Exception? inner = null) : Exception(message, inner);
