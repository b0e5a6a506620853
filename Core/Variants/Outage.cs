using ImageService.Core.Registry;
using ImageService.Core.Storage;

namespace ImageService.Core.Variants;

/// <summary>Tells broken infrastructure, which images are served around, from bugs, which surface.</summary>
internal static class Outage
{
    /// <summary>Whether the store or the registry did not do its part.</summary>
    public static bool Is(Exception exception) => exception is ObjectStoreException || RegistryFailure.IsUnavailable(exception);
}
