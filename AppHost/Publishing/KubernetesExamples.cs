using k8s.Models;
using YamlDotNet.Serialization;

namespace ImageService.AppHost.Publishing;

/// <summary>What an operator may start from: secrets out of a vault, and data servers run by the operators made for them.</summary>
internal static class KubernetesExamples
{
    /// <summary>File names and objects.</summary>
    public static IEnumerable<(string File, object[] Objects)> Of(IReadOnlyDictionary<string, string> secrets)
    {
        yield return ("external-secret.yaml", [ExternalSecret(secrets.Keys)]);
        yield return ("cloudnative-pg.yaml",
        [
            new CustomResource<PostgresClusterSpec>
            {
                ApiVersion = "postgresql.cnpg.io/v1", Kind = "Cluster", Metadata = new V1ObjectMeta { Name = "registry" },
                Spec = new PostgresClusterSpec
                {
                    Instances = 3, Storage = new StorageSize { Size = "50Gi" },
                    Bootstrap =
                        new PostgresBootstrap { InitDb =
                            new InitDb { Database = "registry", Owner = "imageservice", PostInitSql = ["ALTER ROLE imageservice CREATEROLE"] } },
                },
            },
        ]);
        yield return ("rabbitmq.yaml",
        [
            new CustomResource<RabbitClusterSpec>
            {
                ApiVersion = "rabbitmq.com/v1beta1", Kind = "RabbitmqCluster", Metadata = new V1ObjectMeta { Name = "queue" },
                Spec = new RabbitClusterSpec { Replicas = 3, Persistence = new RabbitPersistence { Storage = "10Gi" } },
            },
        ]);
        yield return ("redis-cluster.yaml",
        [
            new CustomResource<RedisClusterSpec>
            {
                ApiVersion = "redis.redis.opstreelabs.in/v1beta2", Kind = "RedisCluster", Metadata = new V1ObjectMeta { Name = "cache" },
                Spec =
                    new RedisClusterSpec { ClusterSize = 3, PersistenceEnabled = false,
                        KubernetesConfig = new RedisImage { Image = "quay.io/opstree/redis:v7.2.6" } },
            },
        ]);
        yield return ("allow-scaler.yaml", [KubernetesNetwork.ScalerToQueue()]);
    }

    private static CustomResource<ExternalSecretSpec> ExternalSecret(IEnumerable<string> keys) => new()
    {
        ApiVersion = "external-secrets.io/v1", Kind = "ExternalSecret", Metadata = new V1ObjectMeta { Name = KubernetesValues.Source },
        Spec = new ExternalSecretSpec
        {
            RefreshInterval = "1h",
            SecretStoreRef = new SecretStoreReference { Name = "vault", Kind = "ClusterSecretStore" },
            Target = new ExternalSecretTarget { Name = KubernetesValues.Source },
            Data = [.. keys.Select(key => new ExternalSecretEntry { SecretKey = key, RemoteRef = new RemoteReference { Key = $"imageservice/{key}" } })],
        },
    };
}

/// <summary>Spec of a PostgreSQL cluster of CloudNativePG.</summary>
internal sealed class PostgresClusterSpec
{
    public int Instances { get; set; }

    public StorageSize Storage { get; set; } = new();

    public PostgresBootstrap Bootstrap { get; set; } = new();
}

internal sealed class StorageSize
{
    public string Size { get; set; } = "";
}

internal sealed class PostgresBootstrap
{
    [YamlMember(Alias = "initdb", ApplyNamingConventions = false)]
    public InitDb InitDb { get; set; } = new();
}

internal sealed class InitDb
{
    public string Database { get; set; } = "";

    public string Owner { get; set; } = "";

    [YamlMember(Alias = "postInitSQL", ApplyNamingConventions = false)]
    public IList<string> PostInitSql { get; set; } = [];
}

/// <summary>Spec of a RabbitMQ cluster of RabbitMQ's own operator.</summary>
internal sealed class RabbitClusterSpec
{
    public int Replicas { get; set; }

    public RabbitPersistence Persistence { get; set; } = new();
}

internal sealed class RabbitPersistence
{
    public string Storage { get; set; } = "";
}

/// <summary>Spec of a Redis cluster.</summary>
internal sealed class RedisClusterSpec
{
    public int ClusterSize { get; set; }

    public bool PersistenceEnabled { get; set; }

    public RedisImage KubernetesConfig { get; set; } = new();
}

internal sealed class RedisImage
{
    public string Image { get; set; } = "";
}
