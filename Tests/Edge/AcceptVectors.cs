using System.Text.Json;

namespace ImageService.Tests.Edge;

/// <summary><c>deploy/edge/accept-vectors.json</c>: what every edge sends to the origin in place of a client's <c>Accept</c>.</summary>
public sealed record AcceptVectors(AcceptVectors.Vector[] Vectors)
{
    public static Vector[] Read() =>
        JsonSerializer.Deserialize<AcceptVectors>(
            File.ReadAllText(Path.Combine(SignatureVectors.Folder, "accept-vectors.json")), JsonSerializerOptions.Web)!.Vectors;

    /// <summary>A client's header, and the class it is sent as.</summary>
    public sealed record Vector(string Name, string Accept, string Sent);
}
