namespace ImageService.Api.Http;

/// <summary>
/// Feature of a request whose forwarded headers were read before the pipeline. Each reading takes the last entry off; a second one would believe what the
/// first one's caller wrote,
/// wherever that caller's own address is among <c>Api:TrustedProxies</c>.
/// </summary>
internal sealed class ForwardersRead
{
    public static readonly ForwardersRead Instance = new();
}
