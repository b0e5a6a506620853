using NetVips;

namespace ImageService.Core.Engine;

/// <summary>Tells memory that was refused to a codec from a picture that is at fault: the codecs say both by the same exception.</summary>
internal static class MemoryRefusal
{
    private static readonly string[] Words = ["out of memory", "insufficient memory", "memory allocation", "unable to allocate"];

    public static bool Is(VipsException failure) => Array.Exists(Words, words => failure.Message.Contains(words, StringComparison.OrdinalIgnoreCase));
}
