using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageService.Api.Demo;

/// <summary>The facts of the demo that a person or a script needs to use it. Holds secrets: its file is readable by its owner only.</summary>
internal sealed record DemoSummary
{
    public required string ApiKey { get; init; }

    public required string PortalUser { get; init; }

    public required string PortalPassword { get; init; }

    public required string Organization { get; init; }

    public required Guid OrganizationId { get; init; }

    public required string Tenant { get; init; }

    public required Guid TenantId { get; init; }

    public required DemoSpaces Spaces { get; init; }

    public required string PublicUrl { get; init; }

    public required string SignedUrl { get; init; }

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the whole file or none of it.</summary>
    public async Task WriteAsync(string file, CancellationToken ct) => await WritePrivatelyAsync(file, JsonSerializer.Serialize(this, Json), ct);

    /// <summary>The API key of an earlier start, which only these files know.</summary>
    public static async Task<string?> ReadKeyAsync(string file, CancellationToken ct) =>
        file.Length > 0 && File.Exists(KeyFile(file)) ? (await File.ReadAllTextAsync(KeyFile(file), ct)).Trim() : null;

    /// <summary>Keeps the API key beside the summary, which is written anew at each start.</summary>
    public static Task KeepKeyAsync(string file, string key, CancellationToken ct) =>
        file.Length > 0 ? WritePrivatelyAsync(KeyFile(file), key, ct) : Task.CompletedTask;

    /// <summary>Never the secrets.</summary>
    public override string ToString() => $"demo of {Organization}";

    private static string KeyFile(string file) => Path.ChangeExtension(file, ".key");

    private static async Task WritePrivatelyAsync(string file, string text, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var unfinished = file + ".unfinished";
        File.Delete(unfinished);
        var settings = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            settings.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var stream = new FileStream(unfinished, settings))
        await using (var writer = new StreamWriter(stream))
            await writer.WriteAsync(text.AsMemory(), ct);
        File.Move(unfinished, file, overwrite: true);
    }
}

/// <summary>The demo's spaces by what they are for.</summary>
internal sealed record DemoSpaces([property: JsonPropertyName("public")] string Public, [property: JsonPropertyName("private")] string Private);
