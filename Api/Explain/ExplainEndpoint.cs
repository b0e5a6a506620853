using System.Text.Json;
using ImageService.Api.Authentication;
using ImageService.Api.Gateway;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Api.Signing;
using ImageService.Core.Access;
using ImageService.Core.Caching;
using ImageService.Core.Dialects;
using ImageService.Core.Errors;
using ImageService.Core.Facts;
using ImageService.Core.Operations;
using ImageService.Core.Policies;
using ImageService.Core.Presets;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Explain;

/// <summary><c>POST /v1/explain</c>: the walk of an image request as far as its bytes, told instead of taken.</summary>
internal static class ExplainEndpoint
{
    private static readonly string[] Asked =
    [
        PolicyCatalog.AllowedOutputFormats, PolicyCatalog.MaxOutputWidth, PolicyCatalog.MaxOutputHeight, PolicyCatalog.MaxOutputPixels,
        PolicyCatalog.TransformMode,
        PolicyCatalog.WidthLadder, PolicyCatalog.QualityDefault, PolicyCatalog.OriginalDelivery, PolicyCatalog.SigningMode,
    ];

    public static void AddExplain(this IServiceCollection services) => services.AddSingleton<UrlExplainer>();

    public static void MapExplain(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/explain", Explain).RequireScopeSomewhere(Scopes.ImageRead).WithTags("Images")
            .Describe("explainUrl", "Explain an image URL",
                "Where it leads, the preset expanded, what became of each operation, the policies that were asked and where they are set, the format for a browser, "
                + "the layer it would come from, its signature. Nothing is made or counted.")
            .Answers<ExplainResponse>().Fails(400, 403, 404);

    private static async Task<IResult> Explain(ExplainRequest request, Visit visit, UrlExplainer explainer, HttpContext http, CancellationToken ct)
    {
        if (request.Dpr is < 1 or > 4)
            return Problems.Invalid("dpr must be from 1 to 4.").ToProblem();
        return (await explainer.ExplainAsync(request, visit.Caller, http.Request, ct)).TryGet(out var explained, out var error)
            ? Results.Ok(explained) : error.ToProblem();
    }

    /// <summary>The explainer's parts.</summary>
    internal sealed class UrlExplainer(
        TenantDirectory tenants, SigningKeyRing keys, VariantDescriber describer, PresetCatalog presets, MemoryVariantCache memory, RegistryFactory registry,
        HostDirectory hosts, OldUrlReader oldUrls,
        TimeProvider time)
    {
        public async Task<Result<ExplainResponse>> ExplainAsync(ExplainRequest request, Caller caller, HttpRequest http, CancellationToken ct)
        {
            if (await FindHostAsync(request.Url, ct) is var (host, target) && host is not null)
                return await ExplainOldAsync(request, caller, host, target, ct);
            if (!SignableUrl.Read(request.Url, http).TryGet(out var signable, out var error))
                return error;
            if (!ImageUrl.TryParse(Uri.UnescapeDataString(signable.Path), out var url))
                return Problems.NotFound;
            var space = await tenants.FindSpaceAsync(url.Organization, url.Tenant, url.Space, ct);
            if (space is null || space.OrganizationId != caller.OrganizationId || !caller.Sees(space.TenantId, space.SpaceId))
                return Problems.NotFound;
            if (!caller.May(Scopes.ImageRead, space.TenantId, space.SpaceId))
                return AccessErrors.Lacks(Scopes.ImageRead);
            if (!UrlOperations.Parse(url.File).TryGet(out var file, out error))
                return error;
            var access = signable.Path.StartsWith("/v1/priv/", StringComparison.Ordinal) ? AssetAccess.Private : AssetAccess.Public;
            var signature = await JudgeAsync(request.Url!, signable, space, access, file.Operations.Texts is not null, ct);
            var asked = new AskedImage
            {
                Space = space,
                Access = access,
                AssetId = url.AssetId,
                Version = url.Version,
                File = file,
                Trust = default,
            };
            return await TellAsync(request, asked, url.File[..url.File.LastIndexOf('.')], signature, [], ct);
        }

        /// <summary>A customer's host and the target on it, where the URL is of one; the service's own URLs are read as anywhere.</summary>
        private async ValueTask<(HostFacts? Host, string Target)> FindHostAsync(string? text, CancellationToken ct)
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
                || await hosts.FindAsync(uri.Host, StaleFacts.Allow, ct) is not { } host)
                return (null, "");

            // Cut from the text and not taken from the parsed URL, which normalises what is signed.
            var start = text.IndexOf('/', uri.Scheme.Length + 3);
            var target = start < 0 ? "/" : text[start..];
            return host.Dialect is UrlDialect.Native && target.StartsWith("/v1/", StringComparison.Ordinal) ? (null, "") : (host, target);
        }

        private async Task<Result<ExplainResponse>> ExplainOldAsync(ExplainRequest request, Caller caller, HostFacts host, string target, CancellationToken ct)
        {
            var space = await tenants.FindSpaceAsync(host.OrganizationSlug, host.TenantSlug, host.SpaceSlug, ct);
            if (space is null || space.OrganizationId != caller.OrganizationId || !caller.Sees(space.TenantId, space.SpaceId))
                return Problems.NotFound;
            if (!caller.May(Scopes.ImageRead, space.TenantId, space.SpaceId))
                return AccessErrors.Lacks(Scopes.ImageRead);
            if (!oldUrls.Judge(host, target).TryGet(out var judged, out var error)
                || !(await oldUrls.LocateAsync(host, space, judged, target, ct)).TryGet(out var found, out error))
                return error.Code is ErrorCode.InvalidSignature ? Problems.Invalid(error.Detail) : error;
            var signature = judged.IsSigned
                ? new ExplainedSignature("valid", "Signed with one of the host's keys.", judged.Life is { } life ? time.GetUtcNow() + life : null)
                : new ExplainedSignature("not_needed", "No signature is needed here.", null);
            var lost = found.Meaning.Unmapped.Select(static name => new DroppedOperation(name, "has no counterpart here; the host is lenient and drops it"))
                .Concat(found.Meaning.Ignored.Select(static name => new DroppedOperation(name, "makes no difference here")));
            var file = new UrlOperations(found.Meaning.Operations, found.Meaning.Extension);
            var asked = new AskedImage
            {
                Space = space,
                Access = found.Asset.Access,
                AssetId = found.Asset.AssetId,
                Version = found.Asset.Version,
                File = file,
                Trust = new UrlTrust(judged.IsSigned, judged.Life),
            };
            return await TellAsync(request, asked, OperationsText.Write(file.Operations), signature, lost, ct);
        }

        private async Task<Result<ExplainResponse>> TellAsync(
            ExplainRequest request, AskedImage asked, string written, ExplainedSignature signature, IEnumerable<DroppedOperation> lost, CancellationToken ct)
        {
            var (space, access, file) = (asked.Space, asked.Access, asked.File);
            var variant = new VariantRequest
            {
                Space = space,
                AssetId = asked.AssetId,
                Version = asked.Version,
                Operations = file.Operations,
                Extension = file.Extension,
                Access = access,
                Accept = request.Accept ?? "*/*",
                Hints = new ClientHints(null, request.SaveData is true),
                IsSigned = signature.Verdict is "valid",
            };
            var described = await describer.DescribeAsync(variant, ct);
            if (described.Error is { Code: ErrorCode.NotFound } absent)
                return absent;
            var place = new ExplainedPlace
            {
                Organization = space.OrganizationSlug,
                Tenant = space.TenantSlug,
                Space = space.SpaceSlug,
                Asset = asked.AssetId.ToString(),
                Version = asked.Version,
                Access = access is AssetAccess.Public ? "public" : "private",
            };
            var preset = file.Operations.Preset is { } slug && await presets.FindAsync(space, slug, ct) is { } found
                ? new ExplainedPreset(found.Slug, OperationsText.Write(found.Operations), found.Revision,
                    JsonNamingPolicy.SnakeCaseLower.ConvertName(found.Level.ToString()))
                : null;
            var refusal = described.Error is { } refused ? new ExplainedRefusal(Problems.Name(refused.Code), refused.Detail)
                : signature.Verdict is "invalid" or "expired" or "missing"
                    ? new ExplainedRefusal(signature.Verdict is "expired" ? "signature_expired" : "invalid_signature", signature.Reason)
                : null;
            var policies = Policies(space.Policy, described, file.Operations, access);
            if (!described.TryGet(out var image, out _))
                return new ExplainResponse
                {
                    Place = place,
                    Preset = preset,
                    Canonical = null,
                    Dropped = [],
                    Policies = policies,
                    Overlays = null,
                    Format = null,
                    Width = null,
                    Height = null,
                    Layer = null,
                    LookupMs = null,
                    TransformCpuMs = null,
                    Signature = signature,
                    Refusal = refusal,
                };
            var (width, height) = Size(image);
            var look = await LookAsync(image, ct);
            return new ExplainResponse
            {
                Place = place,
                Preset = preset,
                Canonical = image.Canonical.Text,
                Dropped = [.. lost, .. DroppedOperations.Of(written, image)],
                Policies = policies,
                Overlays = Overlays(image),
                Format = image.Canonical.Format.Name(),
                Width = width,
                Height = height,
                Layer = look.Layer,
                LookupMs = Math.Round(look.Took.TotalMilliseconds, 2),
                TransformCpuMs = look.CpuMs,
                Signature = signature,
                Refusal = refusal,
            };
        }

        private async Task<ExplainedSignature> JudgeAsync(string text, SignableUrl url, SpaceScope space, AssetAccess access, bool saysTexts,
            CancellationToken ct)
        {
            var query = text.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? text[mark..] : "";
            var needed = (saysTexts && space.Policy.OverlayText is OverlayTextMode.Signed)
                || (access is AssetAccess.Private ? space.Policy.SigningMode is SigningMode.Enforce : space.Policy.TransformMode is TransformMode.SignedOnly);
            if (!query.Contains("sig=", StringComparison.Ordinal))
                return needed ? new ExplainedSignature("missing", "The URL has no signature, and needs one here.", null)
                    : new ExplainedSignature("not_needed", "No signature is needed here.", null);
            var verified = await keys.VerifyAsync(space.OrganizationId, space.TenantId, url.Path, query, UrlSignature.Hostname(url.Host), ct);
            return verified.TryGet(out var signature, out var error)
                ? new ExplainedSignature("valid", $"Signed with the key {signature.Kid}.", DateTimeOffset.FromUnixTimeSeconds(signature.ExpiresUnixSeconds))
                : new ExplainedSignature(error.Code is ErrorCode.SignatureExpired ? "expired" : "invalid", error.Detail, null);
        }

        private static List<ExplainedPolicy> Policies(EffectivePolicy policy, Result<VariantDescription> described, ImageOperations written, AssetAccess access)
        {
            var refusing = described.Error?.Extensions?.GetValueOrDefault("policy") as string;
            List<ExplainedPolicy> asked = [];
            foreach (var item in policy.Items)
            {
                var concerns = item.Key switch
                {
                    PolicyCatalog.OriginalDelivery => written.Original,
                    PolicyCatalog.OverlayText => written.Texts is not null,
                    PolicyCatalog.Watermark => policy.Watermark is not null,
                    PolicyCatalog.PreserveHdr => described is { IsSuccess: true, Value.KeepsHdr: true },
                    PolicyCatalog.SigningMode => access is AssetAccess.Private,
                    _ => Asked.Contains(item.Key, StringComparer.Ordinal) || item.Key == refusing,
                };
                if (!concerns)
                    continue;
                var changes = (item.Key is PolicyCatalog.WidthLadder && described is { IsSuccess: true, Value.SnappedWidth: not null })
                    || item.Key is PolicyCatalog.PreserveHdr
                    || (item.Key is PolicyCatalog.Watermark && described is { IsSuccess: true, Value.IsWatermarked: true });
                asked.Add(new ExplainedPolicy(
                    item.Key, item.Value, item.Source is { } source ? JsonNamingPolicy.SnakeCaseLower.ConvertName(source.Level.ToString()) : "default",
                    item.Key == refusing ? "refuses" : changes ? "changes" : "allows"));
            }

            return asked;
        }

        private static IReadOnlyList<ExplainedOverlay> Overlays(VariantDescription image) =>
            [.. image.Overlays.Select((drawn, index) => new ExplainedOverlay(
                drawn.Overlay.Revision.Slug, drawn.Overlay.Revision.Revision,
                JsonNamingPolicy.SnakeCaseLower.ConvertName(drawn.Overlay.Revision.Level.ToString()),
                image.IsWatermarked && index == image.Overlays.Count - 1))];

        /// <summary>Sides of the answer: those of the canonical form, the missing one in proportion.</summary>
        private static (int Width, int Height) Size(VariantDescription image)
        {
            var operations = image.Canonical.Operations;
            var swaps = operations.Rotation is 90 or 270;
            var (width, height) = swaps ? (image.Source.Height, image.Source.Width) : (image.Source.Width, image.Source.Height);
            return (operations.Width, operations.Height) switch
            {
                ({ } asked, { } other) => (asked, other),
                ({ } asked, null) => (asked, Math.Max(1, (int)Math.Round((double)asked * height / width, MidpointRounding.AwayFromZero))),
                (null, { } asked) => (Math.Max(1, (int)Math.Round((double)asked * width / height, MidpointRounding.AwayFromZero)), asked),
                _ => (width, height),
            };
        }

        /// <summary>Looks where a request would look, and how long each look takes; bytes are not read.</summary>
        private async Task<LayerLook> LookAsync(VariantDescription image, CancellationToken ct)
        {
            var began = time.GetTimestamp();
            var isInMemory = memory.TryGet(image.Key, out _);
            var inMemory = time.GetElapsedTime(began);
            await using var db = registry.ForOrganization(image.OrganizationId);
            began = time.GetTimestamp();
            var cpuMs = await db.Variants
                .Where(row => row.AssetId == image.Key.AssetId && row.Version == image.Key.Version && row.OperationsHash == image.OperationsHash)
                .Select(static row => (int?)row.ProcessingTimeMs).SingleOrDefaultAsync(ct);
            var isStored = image.IsExactOriginal || cpuMs is not null;
            return isInMemory ? new LayerLook("memory", inMemory, cpuMs)
                : new LayerLook(isStored ? "storage" : "miss", inMemory + time.GetElapsedTime(began), cpuMs);
        }

        /// <param name="Layer">As the answer names it.</param>
        /// <param name="Took">Until it was known.</param>
        /// <param name="CpuMs">CPU time of the transform that made what is stored, ms; null where nothing made is stored.</param>
        private readonly record struct LayerLook(string Layer, TimeSpan Took, int? CpuMs);
    }
}
