using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace ImageService.Core.Storage;

/// <summary>Which object stores hold the bytes, and where: one folder, or several stores by name.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>Adapter of the one store where <c>Storage:Stores</c> names none: <c>file</c> (default).</summary>
    [Required(ErrorMessage = "Storage:Provider is empty. Set it to 'file', or name stores below Storage:Stores.")]
    public string Provider { get; set; } = FileObjectStore.ProviderName;

    /// <summary>
    /// Folder of the file store, absolute or relative to the working directory. Default: <c>data/objects</c>. All replicas must see the same folder.
    /// </summary>
    public string Root { get; set; } = Path.Combine("data", "objects");

    /// <summary>
    /// Several stores by name. Rows remember the names: one that is taken away makes what lies there unreachable. Call the folder of before <c>file</c>.
    /// </summary>
    public Dictionary<string, StoreOptions> Stores { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Name of the store that holds what no policy places elsewhere. Default: the first name in the order of the alphabet, as configuration keeps no other.
    /// </summary>
    public string? Default { get; set; }

    /// <summary>The stores by name, the default one first.</summary>
    internal IReadOnlyList<(string Name, StoreOptions Options)> Named() => Stores.Count == 0
        ? [(Provider.ToLowerInvariant(), new StoreOptions { Provider = Provider, Root = Root })]
        : [.. Stores.OrderByDescending(store => store.Key == Default)
            .ThenBy(store => store.Key, StringComparer.OrdinalIgnoreCase).Select(store => (store.Key, store.Value))];
}

/// <summary>Tries at start what would otherwise fail at the first upload: every store says all it needs, and folders can be written.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        List<string> failures = [];
        if (options.Default is { } first && !options.Stores.ContainsKey(first))
            failures.Add($"Storage:Default is '{first}', but there is no Storage:Stores:{first}.");
        if (options.Stores.Count == 0)
        {
            failures.AddRange(Judge("Storage", new StoreOptions { Provider = options.Provider, Root = options.Root }));
            if (failures.Count == 0 && options.Provider.ToLowerInvariant() is not FileObjectStore.ProviderName and var other)
                failures.Add($"Storage:Provider '{other}' needs a name: write Storage:Stores:{other}:Provider and what belongs to it.");
        }

        foreach (var (store, its) in options.Stores)
        {
            if (!StoreName.IsValid(store))
                failures.Add($"Storage:Stores:{store} is no name: use 1 to {StoreName.MaxLength} lower-case letters, digits, '-' and '_'.");
            failures.AddRange(Judge($"Storage:Stores:{store}", its));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Judge(string section, StoreOptions options) => options.Provider.ToLowerInvariant() switch
    {
        FileObjectStore.ProviderName => JudgeFolder(section, options.Root),
        S3ObjectStore.ProviderName => JudgeS3(section, options),
        MinioObjectStore.ProviderName => JudgeMinio(section, options),
        AzureObjectStore.ProviderName => JudgeAzure(section, options),
        GcsObjectStore.ProviderName => JudgeGcs(section, options),
        var other => [$"{section}:Provider '{other}' is unknown. Known: {string.Join(", ", StoreAdapters.Providers)}."],
    };

    private static IEnumerable<string> JudgeS3(string section, StoreOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Bucket))
            yield return $"{section}:Bucket is empty. Name a bucket that exists.";
        if (!S3Profile.All.TryGetValue(options.Profile, out var profile))
        {
            yield return $"{section}:Profile '{options.Profile}' is unknown. Known: {string.Join(", ", S3Profile.All.Keys.Order(StringComparer.Ordinal))}.";
            yield break;
        }

        var isAws = options.Profile == "aws";
        if (!isAws && options.ServiceUrl is null)
            yield return $"{section}:ServiceUrl is empty. Profile '{options.Profile}' needs the server's URL.";
        if (options.ServiceUrl is { } url && !IsHttp(url))
            yield return $"{section}:ServiceUrl must be an http or https URL.";
        if ((options.AccessKey is null) != (options.SecretKey is null))
            yield return $"{section}:AccessKey and {section}:SecretKey belong together: set both, or neither for the platform's own credentials.";
        if (!(options.SignPayload ?? profile.SignPayload) && options.ServiceUrl?.StartsWith("http://", StringComparison.OrdinalIgnoreCase) is true)
            yield return $"{section}:SignPayload is false, which is safe over https only. Use https in {section}:ServiceUrl.";
    }

    private static IEnumerable<string> JudgeMinio(string section, StoreOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Bucket))
            yield return $"{section}:Bucket is empty. Name a bucket that exists.";
        if (options.ServiceUrl is not { } url || !IsHttp(url) || new Uri(url).AbsolutePath != "/")
            yield return $"{section}:ServiceUrl must be the server's http or https URL, without a path.";
        if (options.AccessKey is null || options.SecretKey is null)
            yield return $"{section}:AccessKey and {section}:SecretKey are needed: the provider 'minio' knows no credentials of a platform.";
    }

    private static IEnumerable<string> JudgeAzure(string section, StoreOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Container))
            yield return $"{section}:Container is empty. Name a container that exists.";
        if (options.ConnectionString is null && options.ServiceUrl is null)
            yield return $"{section} needs ConnectionString, or ServiceUrl (https://ACCOUNT.blob.core.windows.net) for a managed identity.";
        if (options.ServiceUrl is { } url && !IsHttp(url))
            yield return $"{section}:ServiceUrl must be an http or https URL.";
    }

    private static IEnumerable<string> JudgeGcs(string section, StoreOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Bucket))
            yield return $"{section}:Bucket is empty. Name a bucket that exists.";
        if (options.CredentialsFile is { } file && !File.Exists(file))
            yield return $"{section}:CredentialsFile '{file}' is not there. Name a service account's key file, or leave it out for the platform's own credentials.";
        if (options.ServiceUrl is { } url && !IsHttp(url))
            yield return $"{section}:ServiceUrl must be an http or https URL.";
    }

    private static bool IsHttp(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";

    private static IEnumerable<string> JudgeFolder(string section, string? root)
    {
        if (string.IsNullOrWhiteSpace(root))
            return [$"{section}:Root is empty. Set it to a folder that this process may write, for example /var/lib/imageservice/objects."];
        try
        {
            Directory.CreateDirectory(root);
            var probe = Path.Combine(root, $".probe-{Guid.CreateVersion7():n}");
            File.WriteAllBytes(probe, [1]);
            File.Delete(probe);
            return [];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return [$"{section}:Root '{root}' cannot be written: {problem.Message} Give this process's user write access to it, or name another folder."];
        }
    }
}
