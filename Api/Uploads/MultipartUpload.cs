using System.Text;
using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageService.Api.Uploads;

/// <summary>
/// Reads a <c>multipart/form-data</c> body part by part: short fields, and one part named <c>file</c> that goes straight to staging. Fields may stand before or
/// after the file. Nothing is buffered but a field.
/// </summary>
internal sealed class MultipartUpload(StagingArea staging)
{
    public const string FilePart = "file";

    private const int MaxFields = 32;
    private const int MaxFieldBytes = 64 * 1024;
    private const int MaxBoundaryLength = 100;

    /// <summary>Reads the whole body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="organizationId">Whose staging.</param>
    /// <param name="targetOf">Asked once, when the file comes, with the fields that came before it: how many bytes it may have and where they are staged,
    /// or why it is refused unread.</param>
    /// <param name="ct">Cancels; nothing stays behind.</param>
    /// <returns>The fields and the staged file, which the caller disposes.</returns>
    public async Task<Result<ReceivedFile>> ReadAsync(
        HttpRequest request, Guid organizationId, Func<IReadOnlyDictionary<string, string>, Task<Result<StagingTarget>>> targetOf, CancellationToken ct)
    {
        if (Boundary(request.ContentType) is not { } boundary)
            return Problems.Invalid("Send the file as multipart/form-data, in a part named file.");
        var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 16 * 1024 };
        var received = new ReceivedFile();
        var complete = false;
        try
        {
            var failure = await ReadPartsAsync(reader, received, organizationId, targetOf, ct);
            complete = failure is null;
            return complete ? received : failure!;
        }
        catch (InvalidDataException)
        {
            return Problems.Invalid("The multipart body cannot be read: a part's headers or the boundary are malformed or too long.");
        }
        catch (IOException broken) when (broken is not BadHttpRequestException && !ct.IsCancellationRequested)
        {
            return IngestionErrors.BrokenOff();
        }
        finally
        {
            if (!complete)
                await received.DisposeAsync();
        }
    }

    private async Task<Error?> ReadPartsAsync(
        MultipartReader reader, ReceivedFile received, Guid organizationId, Func<IReadOnlyDictionary<string, string>, Task<Result<StagingTarget>>> targetOf,
        CancellationToken ct)
    {
        while (await reader.ReadNextSectionAsync(ct) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                || HeaderUtilities.RemoveQuotes(disposition.Name).Value is not { Length: > 0 } name)
                return Problems.Invalid("Every part needs a Content-Disposition with a name.");
            var error = name == FilePart
                ? await TakeFileAsync(section, disposition, received, organizationId, targetOf, ct)
                : await TakeFieldAsync(section, name, received, ct);
            if (error is not null)
                return error;
        }

        return received.HasFile ? null : Problems.Invalid("There is no part named file.");
    }

    private async Task<Error?> TakeFileAsync(
        MultipartSection section, ContentDispositionHeaderValue disposition, ReceivedFile received, Guid organizationId,
        Func<IReadOnlyDictionary<string, string>, Task<Result<StagingTarget>>> targetOf, CancellationToken ct)
    {
        if (received.HasFile)
            return Problems.Invalid("Send one file per request.");
        if (!(await targetOf(received.Fields)).TryGet(out var target, out var refusal))
            return refusal;
        if (!(await staging.StageAsync(organizationId, section.Body, target, ct)).TryGet(out var staged, out var tooLarge))
            return tooLarge;
        received.Take(staged, disposition.FileNameStar.HasValue ? disposition.FileNameStar.Value : Unquoted(disposition.FileName.Value));
        return null;
    }

    // Quoted pairs of RFC 9110, section 5.6.4, for the two characters that need them; a lone backslash is a path of Windows. The quotes around are gone by now.
    private static string? Unquoted(string? text)
    {
        if (text is null || !text.Contains('\\', StringComparison.Ordinal))
            return text;
        var plain = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is ('"' or '\\'))
                at++;
            plain.Append(text[at]);
        }

        return plain.ToString();
    }

    private static async Task<Error?> TakeFieldAsync(MultipartSection section, string name, ReceivedFile received, CancellationToken ct)
    {
        var buffer = new byte[MaxFieldBytes + 1];
        var length = await section.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        if (length > MaxFieldBytes)
            return Problems.Invalid($"A field may have at most {MaxFieldBytes} bytes.");
        return received.Fields.Count < MaxFields && received.Add(name, Encoding.UTF8.GetString(buffer, 0, length))
            ? null
            : Problems.Invalid($"A field may come once, and at most {MaxFields} fields.");
    }

    private static string? Boundary(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= MaxBoundaryLength } boundary
            ? boundary
            : null;
}

/// <summary>What a multipart body held.</summary>
internal sealed class ReceivedFile : IAsyncDisposable
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);
    private StagedFile? _file;

    public IReadOnlyDictionary<string, string> Fields => _fields;

    public bool HasFile => _file is not null;

    public StagedFile File => _file ?? throw new InvalidOperationException("No file was received.");

    /// <summary>As the client called it; null where it did not.</summary>
    public string? ClientFilename { get; private set; }

    public string? this[string field] => _fields.GetValueOrDefault(field);

    public bool Add(string name, string value) => _fields.TryAdd(name, value);

    public void Take(StagedFile file, string? clientFilename) => (_file, ClientFilename) = (file, clientFilename);

    /// <summary>What the fields say about the file.</summary>
    public Result<UploadDetails> ReadDetails() => UploadDetails.Read(this["filename"] ?? ClientFilename, this["folder"], this["tags"], this["access"]);

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;
}
