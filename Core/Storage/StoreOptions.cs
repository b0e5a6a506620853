namespace ImageService.Core.Storage;

/// <summary>One store of <c>Storage:Stores</c>. Which keys matter depends on the provider. Its text never shows a secret.</summary>
public sealed class StoreOptions
{
    public const string Section = "Storage:Stores:{name}";

    /// <summary>Adapter: <c>file</c>, <c>s3</c>, <c>minio</c>, <c>gcs</c>, <c>azure</c>.</summary>
    public string Provider { get; set; } = FileObjectStore.ProviderName;

    /// <summary><c>file</c>: the folder.</summary>
    public string? Root { get; set; }

    /// <summary>
    /// <c>s3</c>: what the server is: <c>aws</c> (default), <c>minio</c>, <c>r2</c>, <c>ceph</c>, <c>seaweedfs</c>, <c>wasabi</c>, <c>b2</c>.
    /// </summary>
    public string Profile { get; set; } = "aws";

    /// <summary>
    /// <c>s3</c>, <c>minio</c>: base URL; none for AWS itself. <c>azure</c>: URL of the blob service, with a managed identity. <c>gcs</c>: base URL of an
    /// emulator.
    /// </summary>
    public string? ServiceUrl { get; set; }

    /// <summary><c>s3</c>, <c>minio</c>: region. Default: the profile's, or the platform's.</summary>
    public string? Region { get; set; }

    /// <summary><c>s3</c>, <c>minio</c>, <c>gcs</c>: the bucket. It must exist.</summary>
    public string? Bucket { get; set; }

    /// <summary><c>azure</c>: the container. It must exist.</summary>
    public string? Container { get; set; }

    /// <summary>
    /// <c>s3</c>, <c>minio</c>: access key; without one <c>s3</c> uses the platform's own credentials (role, workload identity, environment).
    /// </summary>
    public string? AccessKey { get; set; }

    /// <summary><c>s3</c>, <c>minio</c>: secret key. A secret.</summary>
    public string? SecretKey { get; set; }

    /// <summary><c>azure</c>: connection string with the account key; else <c>ConnectionStrings:{name}</c>, else the managed identity. A secret.</summary>
    public string? ConnectionString { get; set; }

    /// <summary><c>gcs</c>: path of a service account's key file; without one the platform's own credentials are used. </summary>
    public string? CredentialsFile { get; set; }

    /// <summary>
    /// Key that the store encrypts with: a KMS key id (<c>s3</c>), a Cloud KMS key name (<c>gcs</c>), an encryption scope (<c>azure</c>). Default: the
    /// store's own encryption.
    /// </summary>
    public string? EncryptionKeyId { get; set; }

    /// <summary><c>s3</c>: bucket in the path. Default: the profile's.</summary>
    public bool? PathStyle { get; set; }

    /// <summary><c>s3</c>: the SDK's checksum headers beside Content-MD5. Default: the profile's.</summary>
    public bool? Checksums { get; set; }

    /// <summary><c>s3</c>: sign the body too. Default: the profile's. Without it the URL must be https.</summary>
    public bool? SignPayload { get; set; }

    /// <summary>Storage class of warm objects. Default: the profile's (<c>STANDARD_IA</c>, <c>NEARLINE</c>, <c>Cool</c>); empty: none.</summary>
    public string? WarmClass { get; set; }

    /// <summary>
    /// Storage class of cold objects, one that can be read at once. Default: the profile's (<c>GLACIER_IR</c>, <c>COLDLINE</c>, <c>Cold</c>); empty: none.
    /// </summary>
    public string? ColdClass { get; set; }

    /// <summary>How long a call may take until its answer begins; a part of an upload four times as long. Default 5 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A read that has no answer after this long is sent a second time and the faster answer taken. Default none: never.</summary>
    public TimeSpan? HedgeAfter { get; set; }

    public override string ToString() => $"{Provider} {Bucket ?? Container ?? Root}";
}
