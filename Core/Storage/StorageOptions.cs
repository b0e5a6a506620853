using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace ImageService.Core.Storage;

/// <summary>Which object store holds the bytes, and where.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>Adapter: <c>file</c> (default).</summary>
    [Required(ErrorMessage = "Storage:Provider is empty. Set it to 'file'.")]
    public string Provider { get; set; } = FileObjectStore.ProviderName;

    /// <summary>Folder of the file store, absolute or relative to the working directory. Default: <c>data/objects</c>. All replicas must see the same folder.</summary>
    public string Root { get; set; } = Path.Combine("data", "objects");
}

/// <summary>Tries at start what would otherwise fail at the first upload: the folder exists and can be written.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        if (!string.Equals(options.Provider, FileObjectStore.ProviderName, StringComparison.OrdinalIgnoreCase))
            return ValidateOptionsResult.Success;
        if (string.IsNullOrWhiteSpace(options.Root))
            return ValidateOptionsResult.Fail("Storage:Root is empty. Set it to a folder that this process may write, for example /var/lib/imageservice/objects.");
        try
        {
            Directory.CreateDirectory(options.Root);
            var probe = Path.Combine(options.Root, $".probe-{Guid.CreateVersion7():n}");
            File.WriteAllBytes(probe, [1]);
            File.Delete(probe);
            return ValidateOptionsResult.Success;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return ValidateOptionsResult.Fail(
                $"Storage:Root '{options.Root}' cannot be written: {problem.Message} Give this process's user write access to it, or name another folder.");
        }
    }
}
