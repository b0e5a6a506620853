using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ImageService.Core.Errors;
using Microsoft.Win32.SafeHandles;

namespace ImageService.Core.Engine.Stripping;

/// <summary>A large original on disk without its metadata: which parts of the file stay, to be read from it as a stream.</summary>
public sealed class StrippedFile : IDisposable
{
    /// <summary>How the names of copies of originals begin, in the system's temporary folder.</summary>
    public const string TemporaryPrefix = "imageservice-original-";

    private readonly SafeFileHandle _file;
    private readonly FilePieces _pieces;

    private StrippedFile(SafeFileHandle file, FilePieces pieces) => (_file, _pieces) = (file, pieces);

    /// <summary>Bytes in all.</summary>
    public long Length => _pieces.Length;

    /// <summary>Reads the structure of a file that nobody changes meanwhile.</summary>
    /// <returns>As <see cref="TransformEngine.StripAsync"/>.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static Result<StrippedFile> Open(string path, bool keepCopyright)
    {
        SafeFileHandle? file = File.OpenHandle(path, options: FileOptions.Asynchronous);
        try
        {
            var length = RandomAccess.GetLength(file);
            if (length is 0 or > int.MaxValue)
                return EngineErrors.UnknownType();
            var pieces = Read(path, (int)length, keepCopyright);
            if (!pieces.TryGet(out var kept, out var error))
                return error;
            var stripped = new StrippedFile(file, kept);
            file = null;
            return stripped;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>The new file from its beginning.</summary>
    public Stream OpenRead() => new PiecesStream(_pieces, _file);

    public void Dispose() => _file.Dispose();

    // Mapped, its pages are the system's to give and take; what is read here is looked at once.
    private static Result<FilePieces> Read(string path, int length, bool keepCopyright)
    {
        using var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, 0, MemoryMappedFileAccess.Read);
        using var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        var handle = view.SafeMemoryMappedViewHandle;
        var isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            ref var first = ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), handle.DangerousGetHandle());
            var bytes = MemoryMarshal.CreateReadOnlySpan(ref first, length);
            return ImageSniffer.Sniff(bytes) is { } format ? OriginalStripper.PiecesOf(bytes, format, keepCopyright) : EngineErrors.UnknownType();
        }
        finally
        {
            if (isHeld)
                handle.DangerousRelease();
        }
    }
}
