using System.Globalization;
using System.Text.Json.Nodes;
using ImageService.AppHost.Publishing;
using ImageService.Tests.Support;
using k8s;
using k8s.Models;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

/// <summary>What <c>aspire publish</c> writes, read back strictly: a member that no type knows fails.</summary>
[Trait("Level", "Integration")]
public sealed class DeploymentPublishingTests(DeploymentPublishingTests.Published published) : IClassFixture<DeploymentPublishingTests.Published>
{
    private static readonly Dictionary<string, Type> CustomTypes = new()
    {
        ["gateway.networking.k8s.io/v1/HTTPRoute"] = typeof(CustomResource<HttpRouteSpec>),
        ["keda.sh/v1alpha1/ScaledObject"] = typeof(CustomResource<ScaledObjectSpec>),
        ["keda.sh/v1alpha1/TriggerAuthentication"] = typeof(CustomResource<TriggerAuthenticationSpec>),
        ["monitoring.coreos.com/v1/ServiceMonitor"] = typeof(CustomResource<ServiceMonitorSpec>),
        ["monitoring.coreos.com/v1/PrometheusRule"] = typeof(CustomResource<PrometheusRules>),
        ["external-secrets.io/v1/ExternalSecret"] = typeof(CustomResource<ExternalSecretSpec>),
        ["postgresql.cnpg.io/v1/Cluster"] = typeof(CustomResource<PostgresClusterSpec>),
        ["rabbitmq.com/v1beta1/RabbitmqCluster"] = typeof(CustomResource<RabbitClusterSpec>),
        ["redis.redis.opstreelabs.in/v1beta2/RedisCluster"] = typeof(CustomResource<RedisClusterSpec>),
        ["kustomize.config.k8s.io/v1beta1/Kustomization"] = typeof(Kustomization),
    };

    [Fact]
    public void Every_service_is_deployed_as_a_guest_that_may_do_nothing_but_its_work()
    {
        var deployments = Base().OfType<V1Deployment>().ToDictionary(deployment => deployment.Metadata.Name);
        deployments.Keys.ShouldBe(KubernetesServices.Deployments, ignoreOrder: true);
        foreach (var pod in deployments.Values.Select(deployment => deployment.Spec.Template.Spec).Append(Base().OfType<V1Job>().Single().Spec.Template.Spec))
        {
            pod.AutomountServiceAccountToken.ShouldBe(false);
            pod.SecurityContext.RunAsNonRoot.ShouldBe(true);
            pod.SecurityContext.SeccompProfile.Type.ShouldBe("RuntimeDefault");
            var container = pod.Containers.Single();
            container.SecurityContext.ReadOnlyRootFilesystem.ShouldBe(true);
            container.SecurityContext.AllowPrivilegeEscalation.ShouldBe(false);
            container.SecurityContext.Capabilities.Drop.ShouldBe(["ALL"]);
            container.Resources.Limits.Keys.ShouldBe(["memory"]);
            container.Image.ShouldStartWith("registry.example/is/");
            container.Image.ShouldEndWith(":7");
        }

        foreach (var deployment in deployments.Values)
        {
            var container = deployment.Spec.Template.Spec.Containers.Single();
            container.LivenessProbe.HttpGet.Path.ShouldBe("/health/live");
            container.StartupProbe.HttpGet.Path.ShouldBe("/health/live");
            container.ReadinessProbe.HttpGet.Path.ShouldBe("/health/ready");
            deployment.Spec.Template.Spec.TopologySpreadConstraints.Count.ShouldBe(2);
        }
    }

    [Fact]
    public void Who_takes_requests_knows_that_it_drains_and_has_the_time_for_it()
    {
        foreach (var deployment in Base().OfType<V1Deployment>().Where(static deployment => deployment.Metadata.Name != KubernetesServices.Worker))
        {
            var pod = deployment.Spec.Template.Spec;
            var container = pod.Containers.Single();
            container.Lifecycle.ShouldBeNull("before the process is told to stop, it would send nobody away");
            var drain = TimeSpan.Parse(container.Env.Single(static variable => variable.Name == "Shutdown__Drain").Value, CultureInfo.InvariantCulture);
            drain.ShouldBe(TimeSpan.FromSeconds(10));
            pod.TerminationGracePeriodSeconds.ShouldNotBeNull().ShouldBeGreaterThan((long)drain.TotalSeconds + 30, "requests under way have 30 s after that");
        }
    }

    [Fact]
    public void The_api_is_two_deployments_of_one_image()
    {
        var containers = Base()
            .OfType<V1Deployment>().ToDictionary(deployment => deployment.Metadata.Name, deployment => deployment.Spec.Template.Spec.Containers.Single());
        containers["delivery"].Image.ShouldBe(containers["control"].Image);
        Variable(containers["delivery"], "Api__Serve").Value.ShouldBe("delivery");
        Variable(containers["control"], "Api__Serve").Value.ShouldBe("control");
        Variable(containers["portal"], "services__api__http__0").Value.ShouldBe("http://control:8080");
    }

    [Fact]
    public void Secrets_are_named_and_never_written_and_no_data_server_is_a_pod_of_ours()
    {
        Base().OfType<V1Secret>().ShouldBeEmpty();
        var delivery = Base().OfType<V1Deployment>().Single(deployment => deployment.Metadata.Name == "delivery").Spec.Template.Spec.Containers.Single();
        Variable(delivery, "ConnectionStrings__registry").ValueFrom.SecretKeyRef.Key.ShouldBe("registry-connection-string");
        Variable(delivery, "ConnectionStrings__cache").ValueFrom.SecretKeyRef.Key.ShouldBe("cache-connection-string");
        Variable(delivery, "Signing__MasterKey").ValueFrom.SecretKeyRef.Key.ShouldBe("signing-master-key");
        Variable(delivery, "Api__PortalBaseUrl").ValueFrom.ConfigMapKeyRef.Key.ShouldBe("portal-address");
        delivery.Env.ShouldNotContain(variable => variable.Name.StartsWith("REGISTRY_", StringComparison.Ordinal));
        delivery.Env.ShouldNotContain(variable => variable.Name == "ASPNETCORE_FORWARDEDHEADERS_ENABLED", "it would believe every caller's X-Forwarded-For");
        var readme = published.Read("README.md");
        foreach (var key in (string[])["registry-connection-string", "cache-connection-string", "signing-master-key", "platform-key", "portal-address",
            "images-address", "trusted-proxies"])
            readme.ShouldContain($"| `{key}` |");
    }

    [Fact]
    public void Nobody_may_speak_to_anybody_but_for_what_each_needs()
    {
        var policies = Base().OfType<V1NetworkPolicy>().ToDictionary(policy => policy.Metadata.Name, policy => policy.Spec);
        policies["default-deny"].PodSelector.MatchLabels.ShouldBeNull();
        policies["default-deny"].PolicyTypes.ShouldBe(["Ingress", "Egress"]);
        policies["portal"].Egress.SelectMany(rule => rule.To ?? []).Single().PodSelector.MatchLabels["app.kubernetes.io/name"].ShouldBe("control");
        policies["worker"].Ingress.ShouldBeNull();
        Base().OfType<V1PodDisruptionBudget>().Select(budget => budget.Metadata.Name).ShouldBe(KubernetesServices.Deployments, ignoreOrder: true);
    }

    [Fact]
    public void Production_scales_by_cpu_and_by_the_queue()
    {
        var scaling = Load("overlays/production/scaling.yaml");
        var byCpu = scaling.OfType<V2HorizontalPodAutoscaler>()
            .ToDictionary(scaler => scaler.Spec.ScaleTargetRef.Name, scaler => (scaler.Spec.MinReplicas, scaler.Spec.MaxReplicas));
        byCpu["delivery"].ShouldBe((3, 10));
        byCpu["control"].ShouldBe((2, 5));
        var worker = scaling.OfType<CustomResource<ScaledObjectSpec>>().Single().Spec;
        (worker.MinReplicaCount, worker.MaxReplicaCount).ShouldBe((5, 50));
        worker.Triggers.Single().Type.ShouldBe("postgresql");
        worker.Triggers.Single().AuthenticationRef!.Name.ShouldBe(scaling.OfType<CustomResource<TriggerAuthenticationSpec>>().Single().Metadata.Name);
        Load("overlays/production/monitoring.yaml").OfType<CustomResource<PrometheusRules>>().Single().Spec.Groups.Single().Rules.Count.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Image_urls_go_to_the_delivery_and_all_else_to_the_control_plane()
    {
        var images = Load("overlays/production/routes.yaml")
            .OfType<CustomResource<HttpRouteSpec>>().Single(route => route.Metadata.Name == "images").Spec.Rules;
        images[0].Matches!.Select(match => match.Path.Value).ShouldBe(["/v1/pub", "/v1/priv"]);
        images[0].BackendRefs.Single().Name.ShouldBe("delivery");
        images[1].BackendRefs.Single().Name.ShouldBe("control");
        var ingress = Load("overlays/small/routes.yaml").OfType<V1Ingress>().Single();
        ingress.Metadata.Annotations.ShouldBeNull();
        ingress.Spec.Rules[0].Http.Paths.Select(path => path.Backend.Service.Name).ShouldBe(["delivery", "delivery", "control"]);
    }

    [Fact]
    public void Whatever_a_kustomization_names_is_there()
    {
        foreach (var folder in (string[])["base", "overlays/small", "overlays/production"])
        {
            var kustomization = Load($"{folder}/kustomization.yaml").OfType<Kustomization>().Single();
            foreach (var resource in kustomization.Resources.Concat((kustomization.ConfigMapGenerator ?? []).SelectMany(source => source.Files ?? [])))
                Path.Exists(published.PathOf($"{folder}/{resource}")).ShouldBeTrue($"{folder}: {resource}");
            var deployed = Base().OfType<V1Deployment>().Select(deployment => deployment.Metadata.Name).ToArray();
            (kustomization.Replicas ?? []).Select(count => count.Name).ShouldBeSubsetOf(deployed);
        }

        foreach (var example in Directory.EnumerateFiles(published.PathOf("examples")))
            Load($"examples/{Path.GetFileName(example)}").ShouldNotBeEmpty();
    }

    [Fact]
    public void Compose_starts_the_data_servers_first_and_names_what_it_must_be_given()
    {
        var compose = KubernetesYaml.Deserialize<ComposeFile>(published.Read("docker-compose.yaml"), strict: true);
        compose.Services.Keys.ShouldBe(["postgres", "cache", "migrations", "api", "worker", "portal"], ignoreOrder: true);
        compose.Services["migrations"].DependsOn!["postgres"].Condition.ShouldBe("service_healthy");
        compose.Services["api"].DependsOn!["migrations"].Condition.ShouldBe("service_completed_successfully");
        compose.Services["api"].Environment!["ConnectionStrings__registry"]
            .ShouldBe("Host=postgres;Port=5432;Username=postgres;Password=${POSTGRES_PASSWORD:?set it in .env};Database=registry");
        compose.Services["cache"].Command!.ShouldContain(argument => argument.Contains("$$REDIS_PASSWORD", StringComparison.Ordinal));
        compose.Services["api"].ReadOnly.ShouldBe(true);
        compose.Services["api"].Ports.ShouldBe(["8080:8080"]);
        compose.Services["portal"].Ports.ShouldBe(["8081:8080"]);
        published.Read("docker-compose.yaml").ShouldContain("depends_on:");
        compose.Volumes.Keys.ShouldBe(["objects", "portal-keys", "registry-data"], ignoreOrder: true);
        JsonNode.Parse(published.Read("aspire-manifest.json"))!["resources"]!["api"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_second_publish_writes_the_same_bytes()
    {
        using var folder = new PrivateFolder("publish-again");
        var again = folder.Next();
        await Published.PublishAsync(again);
        foreach (var file in Directory.EnumerateFiles(published.Folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(published.Folder, file);
            if (name != "aspire-manifest.json") // it names projects by their path from where it lies
                (await File.ReadAllTextAsync(Path.Combine(again, name), TestContext.Current.CancellationToken)).ShouldBe(published.Read(name), name);
        }
    }

    private static V1EnvVar Variable(V1Container container, string name) => container.Env.Single(variable => variable.Name == name);

    private List<object> Base() => Load("base/imageservice.yaml");

    private List<object> Load(string file) => KubernetesYaml.LoadAllFromString(published.Read(file), CustomTypes, strict: true);

    /// <summary>Published once for all facts.</summary>
    public sealed class Published : IAsyncLifetime
    {
        private readonly PrivateFolder _folder = new("publish");

        public string Folder { get; private set; } = "";

        public string PathOf(string file) => Path.Combine(Folder, file);

        public string Read(string file) => File.ReadAllText(PathOf(file));

        public async ValueTask InitializeAsync()
        {
            Folder = _folder.Next();
            await PublishAsync(Folder);
        }

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }

        public static async Task PublishAsync(string folder)
        {
            var (code, output) = await AppHostProgram.RunAsync(
                ["--operation", "publish", "--step", "publish", "--output-path", folder, "--Publishing:ImagePrefix=registry.example/is/",
                    "--Publishing:ImageTag=7"],
                TestContext.Current.CancellationToken);
            code.ShouldBe(0, output);
        }
    }
}
