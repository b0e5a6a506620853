using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ImageService.Tests.Edge;

/// <summary><c>deploy/edge/signature-vectors.json</c>: what every implementation of signed URLs must answer.</summary>
public sealed record SignatureVectors(long Now, Dictionary<string, SignatureVectors.Key> Keys, SignatureVectors.Vector[] Vectors)
{
    /// <summary>The folder of the edge's files in the source tree.</summary>
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "deploy", "edge"));

    public static SignatureVectors Read() =>
        JsonSerializer.Deserialize<SignatureVectors>(File.ReadAllText(Path.Combine(Folder, "signature-vectors.json")), JsonSerializerOptions.Web)!;

    private static string ThisFile([CallerFilePath] string path = "") => path;

    /// <summary>A signing key: whose, and its 32 bytes as base64url.</summary>
    public sealed record Key(string TenantPath, Guid TenantId, string Secret);

    /// <summary>A request as on the wire, and whether it is served.</summary>
    public sealed record Vector
    {
        public required string Name { get; init; }

        public required string Method { get; init; }

        public required string Host { get; init; }

        public required string Target { get; init; }

        public required bool Valid { get; init; }
    }
}
