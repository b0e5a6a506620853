using System.Text;

namespace ImageService.AppHost.Publishing;

/// <summary>The page that lies beside what was published: every secret and setting by name, and the order of things.</summary>
internal static class DeploymentReadme
{
    public static string Write(PublishingOptions options, KubernetesValues kubernetes, ComposeText compose, string queue)
    {
        var page = new StringBuilder();
        page.Append($"""
            # ImageService {options.ImageTag}

            Written by `dotnet run --project AppHost -- --operation publish --step publish --output-path DIR` from the model in `AppHost/Program.cs`; publish again rather than edit.
            The images are made by `dotnet publish -t:PublishContainer` of `Api`, `Worker` and `Portal`, with the tag `{options.ImageTag}` below `{options.ImagePrefix}`.

            ## Kubernetes

            1. Make the namespace `{options.Namespace}`, with the Secret below (`examples/external-secret.yaml` takes it from a vault).
            2. Label the namespaces of your gateway and of Prometheus: `kubectl label namespace NAME {KubernetesNetwork.GatewayLabel}=true`, `{KubernetesNetwork.MonitoringLabel}=true`. Everything else is refused.
            3. Set the addresses in the overlay's `kustomization.yaml`.
            4. `kubectl apply -k overlays/small` (one replica each, an Ingress) or `kubectl apply -k overlays/production` (autoscalers, routes of the Gateway API, monitoring; needs KEDA, a Gateway named `gateway` in the namespace
               `gateway`, and the Prometheus operator).

            Nothing has to wait for anything: pods are unready until the Job `migrations-…` of their version has brought the schema to where they need it. Database, cache and queue (here: {queue}) are yours;
            `examples/` shows them as clusters of their own operators. A file store needs a volume that several nodes may write (`ReadWriteMany`); with an object store of a cloud there is no volume.

            | key of the Secret `{KubernetesValues.Source}` | what it holds |
            | --- | --- |

            """);
        foreach (var (key, purpose) in kubernetes.Secrets)
            page.Append($"| `{key}` | {purpose} |\n");
        if (queue == "postgres")
            page.Append("| `queue-scaler-connection` | For KEDA alone: a login that may read `queue.messages`, as `postgresql://user:password@host:5432/registry` |\n");
        page.Append($"""

            | setting (ConfigMap `{KubernetesValues.Source}`, made by the overlay) | what it holds |
            | --- | --- |

            """);
        foreach (var (key, purpose) in kubernetes.Settings)
            page.Append($"| `{key}` | {purpose} |\n");
        page.Append("""

            ## Docker Compose

            `docker compose up -d` beside a file `.env` that sets these. TLS ends in a proxy of yours in front of ports 8080 (images and API) and 8081 (portal); without one, set `Api__RequireHttps=false` in a `compose.override.yaml` to try it.

            | variable | what it holds |
            | --- | --- |

            """);
        foreach (var (variable, purpose) in compose.Variables)
            page.Append($"| `{variable}` | {purpose} |\n");
        return page.ToString();
    }
}
