using ImageService.Portal.Client;

namespace ImageService.Portal.Authentication;

/// <summary>Asks the Api whether people of an organization sign in by its own provider, without going there.</summary>
internal sealed class ProviderSignInProbe(IHttpClientFactory clients)
{
    /// <summary>Name of the client, which follows no redirect.</summary>
    public const string Client = "provider-sign-in";

    /// <returns>Whether they do, and why not.</returns>
    public async Task<(bool Offered, string? Fault)> AskAsync(string organization, CancellationToken ct)
    {
        using var client = clients.CreateClient(Client);
        try
        {
            using var answer =
                await client.GetAsync($"/v1/organizations/{Uri.EscapeDataString(organization)}/sign-in", HttpCompletionOption.ResponseHeadersRead, ct);
            return (int)answer.StatusCode switch
            {
                >= 300 and < 400 => (true, null),
                404 => (false, $"There is no organization “{organization}” whose people sign in this way. Ask who invited you for its short name, or sign in with your password."),
                429 => (false, "Too many tries. Wait a minute."),
                _ => (false, "The organization's provider cannot be reached right now. Try again in a moment."),
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or Polly.Timeout.TimeoutRejectedException
            or Polly.CircuitBreaker.BrokenCircuitException)
        {
            return (false, ApiProblem.Unreachable.Detail);
        }
    }
}
