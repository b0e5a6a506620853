using k8s.Models;

namespace ImageService.AppHost.Publishing;

/// <summary>How the world comes in: image URLs go to the delivery, everything else of that host to the control plane, the other host to the portal.</summary>
internal static class KubernetesRoutes
{
    /// <summary>Prefixes of image URLs.</summary>
    private static readonly string[] ImagePaths = ["/v1/pub", "/v1/priv"];

    /// <summary>Routes of the Gateway API, below a gateway of the operator's.</summary>
    public static IEnumerable<object> Gateway(PublishingOptions options)
    {
        yield return Route("images", options.ImagesHost,
        [
            new HttpRouteRule
            {
                Matches = [.. ImagePaths.Select(path => new HttpRouteMatch { Path = new HttpPathMatch { Value = path } })],
                BackendRefs = [new BackendReference { Name = KubernetesServices.Delivery, Port = PublishedText.ServicePort }],
            },
            new HttpRouteRule { BackendRefs = [new BackendReference { Name = KubernetesServices.Control, Port = PublishedText.ServicePort }] },
        ]);
        yield return Route("portal", options.PortalHost,
            [new HttpRouteRule { BackendRefs = [new BackendReference { Name = KubernetesServices.Portal, Port = PublishedText.ServicePort }] }]);
    }

    /// <summary>The same as an Ingress, without annotations of any controller.</summary>
    public static V1Ingress Ingress(PublishingOptions options) => new()
    {
        ApiVersion = "networking.k8s.io/v1", Kind = "Ingress", Metadata = KubernetesServices.Metadata("imageservice"),
        Spec = new V1IngressSpec
        {
            Tls = [new V1IngressTLS { Hosts = [options.ImagesHost, options.PortalHost], SecretName = "imageservice-tls" }],
            Rules =
            [
                Host(options.ImagesHost, [.. ImagePaths.Select(path => Path(path, KubernetesServices.Delivery)), Path("/", KubernetesServices.Control)]),
                Host(options.PortalHost, [Path("/", KubernetesServices.Portal)]),
            ],
        },
    };

    private static CustomResource<HttpRouteSpec> Route(string name, string host, IList<HttpRouteRule> rules) => new()
    {
        ApiVersion = "gateway.networking.k8s.io/v1", Kind = "HTTPRoute", Metadata = KubernetesServices.Metadata(name),
        Spec = new HttpRouteSpec { ParentRefs = [new GatewayReference { Name = "gateway", Namespace = "gateway" }], Hostnames = [host], Rules = rules },
    };

    private static V1IngressRule Host(string host, IList<V1HTTPIngressPath> paths) =>
        new() { Host = host, Http = new V1HTTPIngressRuleValue { Paths = paths } };

    private static V1HTTPIngressPath Path(string path, string service) => new()
    {
        Path = path, PathType = "Prefix",
        Backend =
            new V1IngressBackend
            {
                Service =
                new V1IngressServiceBackend { Name = service, Port = new V1ServiceBackendPort { Number = PublishedText.ServicePort } }
            },
    };
}
