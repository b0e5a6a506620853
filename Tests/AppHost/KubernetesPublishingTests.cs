using ImageService.Tests.Support;
using k8s;
using k8s.Models;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

/// <summary>What <c>aspire publish</c> writes for Kubernetes, read back as typed objects.</summary>
[Trait("Level", "Integration")]
public sealed class KubernetesPublishingTests : IDisposable
{
    private readonly PrivateFolder _folder = new("kubernetes");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Services_migrations_data_servers_and_claims_are_enough_to_deploy()
    {
        var folder = _folder.Next();
        var (code, output) = await AppHostProgram.RunAsync(
            ["--operation", "publish", "--step", "publish", "--output-path", folder, "--Publishing:ImagePrefix=registry.example/is/", "--Publishing:ImageTag=7"], Ct);
        code.ShouldBe(0, output);
        var text = await File.ReadAllTextAsync(Path.Combine(folder, "imageservice.yaml"), Ct);
        var objects = KubernetesYaml.LoadAllFromString(text);
        var deployments = objects.OfType<V1Deployment>().ToDictionary(deployment => deployment.Metadata.Name);

        deployments.Keys.ShouldBe(["postgres", "cache", "api", "worker", "portal"], ignoreOrder: true);
        objects.OfType<V1Service>().Select(service => service.Metadata.Name).ShouldBe(deployments.Keys, ignoreOrder: true);
        foreach (var service in (string[])["api", "worker", "portal"])
        {
            var container = deployments[service].Spec.Template.Spec.Containers.Single();
            container.Image.ShouldBe($"registry.example/is/{service}:7");
            container.LivenessProbe.HttpGet.Path.ShouldBe("/health/live");
            container.ReadinessProbe.HttpGet.Path.ShouldBe("/health/ready");
            deployments[service].Spec.Template.Spec.SecurityContext.RunAsNonRoot.ShouldBe(true);
        }

        var migrations = objects.OfType<V1Job>().Single();
        migrations.Spec.Template.Spec.Containers.Single().Args.ShouldBe(["migrate"]);
        migrations.Spec.Template.Spec.Containers.Single().Image.ShouldBe("registry.example/is/worker:7");
        var claims = objects.OfType<V1PersistentVolumeClaim>().ToDictionary(claim => claim.Metadata.Name);
        claims["objects"].Spec.AccessModes.ShouldBe(["ReadWriteMany"], "the Api and the Worker share it");
        claims["registry-data"].Spec.AccessModes.ShouldBe(["ReadWriteOnce"]);
        deployments["postgres"].Spec.Strategy.Type.ShouldBe("Recreate");
        objects.OfType<V1Secret>().ShouldBeEmpty("secrets are the operator's");
    }

    [Fact]
    public async Task A_secret_is_a_reference_or_a_variable_that_stands_before()
    {
        var folder = _folder.Next();
        await AppHostProgram.RunAsync(["--operation", "publish", "--step", "publish", "--output-path", folder], Ct);
        var objects = KubernetesYaml.LoadAllFromString(await File.ReadAllTextAsync(Path.Combine(folder, "imageservice.yaml"), Ct));
        var api = objects.OfType<V1Deployment>().Single(deployment => deployment.Metadata.Name == "api").Spec.Template.Spec.Containers.Single();
        var variables = api.Env.ToDictionary(variable => variable.Name);

        variables["Signing__MasterKey"].ValueFrom.SecretKeyRef.Key.ShouldBe("signing-master-key");
        variables["ConnectionStrings__registry"].Value.ShouldBe("Host=postgres;Port=5432;Username=postgres;Password=$(SECRET_POSTGRES_PASSWORD);Database=registry");
        variables["ConnectionStrings__cache"].Value.ShouldBe("cache:6379,password=$(SECRET_CACHE_PASSWORD)");
        variables["Storage__Root"].Value.ShouldBe("/data/objects");
        api.VolumeMounts.Single().MountPath.ShouldBe("/data/objects");
        foreach (var container in objects.OfType<V1Deployment>().SelectMany(deployment => deployment.Spec.Template.Spec.Containers))
        {
            List<string> known = [];
            foreach (var variable in container.Env)
            {
                foreach (var reference in (variable.Value ?? "").Split("$(").Skip(1))
                    known.ShouldContain(reference.Split(')')[0], $"{container.Name} {variable.Name}");
                known.Add(variable.Name);
            }

            known.ShouldBeUnique();
            container.Env.ShouldAllBe(variable => !(variable.Value ?? "").Contains("https://", StringComparison.Ordinal), "nothing listens on the https endpoints");
        }
    }

    public void Dispose() => _folder.Dispose();
}
