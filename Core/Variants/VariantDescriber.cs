using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using ImageService.Core.Caching;
using ImageService.Core.Engine;
using ImageService.Core.Engine.GainMaps;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Policies;
using ImageService.Core.Presets;
using ImageService.Core.Tenancy;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Variants;

/// <summary>
/// Says which variant a request means: preset expanded, policy asked, format negotiated, canonical form and hash. Reads facts that are normally in
/// memory, and remembers its own answers for as long as the asset's facts are the same object, so that a warm request computes no hash, and answers are gone
/// with the facts they were given of.
/// </summary>
public sealed class VariantDescriber(PresetCatalog presets, AssetDirectory assets, OverlayChoice overlays, EncoderSupport encoders,
    IOptions<EngineOptions> options)
{
    private const int MemoryLimit = 20_000;

    private readonly ConditionalWeakTable<AssetFacts, ConcurrentDictionary<Meaning, VariantDescription>> _described = new();
    private int _remembered;

    /// <summary>Describes the variant.</summary>
    /// <returns><see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.PolicyForbids"/>, <see cref="ErrorCode.InvalidSignature"/>,
    /// <see cref="ErrorCode.EncoderMissing"/> or <see cref="ErrorCode.InvalidOperations"/>.</returns>
    public async ValueTask<Result<VariantDescription>> DescribeAsync(VariantRequest request, CancellationToken ct)
    {
        // The asset first: a preset that is not there tells of the space that is.
        var facts = await assets.FindAsync(request.Space, request.AssetId, request.Version, ct);
        if (facts is null || (request.Access is { } access && facts.Access != access))
            return VariantErrors.NotFound;

        PresetRevision? preset = null;
        if (request.Operations.Preset is { } slug)
        {
            preset = await presets.FindAsync(request.Space, slug, ct);
            if (preset is null)
                return VariantErrors.NoSuchPreset(slug);
        }

        if (!(await overlays.FindAsync(request.Space, request.Operations, preset, ct)).TryGet(out var chosen, out var lacking))
            return lacking;

        var hints = HintedChoice.Of(request, preset);
        var format = Negotiate(request, preset, hints, facts);
        var meaning = MeaningOf(request, preset, hints, facts, chosen, format);
        if (TryRecollect(meaning, out var known))
            return known;
        var hinted = hints.In(request.Operations, preset);
        if (!Describe(request with { Operations = hinted.Written }, hinted.Preset, preset, facts, chosen, format).TryGet(out var description, out var error))
            return error;

        Remember(meaning, description);
        return description;
    }

    /// <summary>What <see cref="DescribeAsync"/> has said before of the same request and the same facts; asks nobody and computes no hash.</summary>
    public bool TryRecall(VariantRequest request, [NotNullWhen(true)] out VariantDescription? description)
    {
        description = null;
        PresetRevision? preset = null;
        if (!assets.TryFind(request.Space, request.AssetId, request.Version, out var facts) || facts is null
            || (request.Access is { } access && facts.Access != access))
            return false;
        if (request.Operations.Preset is { } slug && !presets.TryFind(request.Space, slug, out preset))
            return false;

        // With overlays it takes more: those are answered from memory too, but on the way that may ask for it.
        if (OverlayChoice.NoneFor(request.Space, request.Operations, preset) is not { } none)
            return false;
        var hints = HintedChoice.Of(request, preset);
        return TryRecollect(MeaningOf(request, preset, hints, facts, none, Negotiate(request, preset, hints, facts)), out description);
    }

    private bool TryRecollect(Meaning meaning, [NotNullWhen(true)] out VariantDescription? description)
    {
        description = null;
        return _described.TryGetValue(meaning.Asset, out var known) && known.TryGetValue(meaning, out description);
    }

    private void Remember(Meaning meaning, VariantDescription description)
    {
        // Of one asset somebody may ask for ever other sizes; starting over now and then is cheaper than tracking what is used.
        if (Interlocked.Increment(ref _remembered) > MemoryLimit)
        {
            _described.Clear();
            Volatile.Write(ref _remembered, 0);
        }

        _described.GetValue(meaning.Asset, static _ => new(concurrencyLevel: 1, capacity: 5)).TryAdd(meaning, description);
    }

    private static Meaning MeaningOf(VariantRequest request, PresetRevision? preset, HintedChoice hints, AssetFacts facts, ChosenOverlays overlays,
        ImageFormat format) => new()
        {
            Space = request.Space,
            Asset = facts,
            Preset = preset,
            Overlays = overlays,
            Operations = request.Operations,
            Format = format,
            IsSigned = request.IsSigned,
            IsForAsset = request.IsForAsset,
            IsOwn = request.IsOwn,
            HintedWidth = hints.Width,
            SavesData = hints.SavesData,
        };

    private ImageFormat Negotiate(VariantRequest request, PresetRevision? preset, HintedChoice hints, AssetFacts facts)
    {
        var choice = request.Operations.Format ?? preset?.Operations.Format;
        if (choice is not { } wanted)
            return request.Extension;
        if (wanted.Fixed is { } format)
            return format;
        var source = SourceOf(facts);
        var (written, beneath) = hints.In(request.Operations, preset);
        var merged = beneath is null ? written : written.Over(beneath.Operations);
        var allowed = WithinBudget(encoders.Among(request.Space.Policy.AllowedOutputFormats), merged, facts, request.Extension);
        var holding = allowed.Holding(merged, source);
        var extension = ReferenceEquals(holding, allowed) ? request.Extension : holding.Plainest(request.Extension, facts.HasAlpha);
        return FormatNegotiation.Choose(request.Accept, extension, holding, facts.Frames > 1, facts.Encodings?.Order);
    }

    /// <summary>
    /// The formats in which the memory budget holds the picture as large as it was asked for, and the extension's, which is shrunk where it must be.
    /// </summary>
    private IReadOnlySet<ImageFormat> WithinBudget(IReadOnlySet<ImageFormat> allowed, ImageOperations merged, AssetFacts facts, ImageFormat extension)
    {
        var source = SourceOf(facts);
        if (SizeBudget.IsSmall(merged, source.Width, source.Height, source.Frames, options.Value.MemoryBudgetBytes))
            return allowed;
        return allowed.All(Holds) ? allowed : allowed.Where(Holds).Append(extension).Where(allowed.Contains).ToHashSet();

        bool Holds(ImageFormat format) => SizeBudget.Holds(merged, format, source, ReadFormatOf(facts), options.Value.MemoryBudgetBytes);
    }

    private Result<VariantDescription> Describe(VariantRequest request, PresetRevision? hinted, PresetRevision? preset, AssetFacts facts,
        ChosenOverlays chosen, ImageFormat format)
    {
        var policy = request.Space.Policy;
        var merged = hinted is null ? request.Operations : request.Operations.Over(hinted.Operations);
        if (merged.Texts is { } texts)
            merged = merged with { Texts = texts.Only(chosen.Takes) };
        var source = SourceOf(facts);
        if (!Judge(request, merged, source, format, policy).TryGet(out var verdict, out var refusal))
            return refusal;
        if (!Size(verdict.Operations, OverlayLayers.Of(chosen, isWatermarked: false)).TryGet(out var sized, out var error))
            return error;

        // Wide enough for the watermark: an original is encoded anew, for its own bytes are without it.
        var isWatermarked = policy.Watermark is { } mark && TransformPlan.Of(sized.Canonical, source).Output.Width >= mark.MinWidth;
        if (isWatermarked && !Size(verdict.Operations.AsPicture(format), OverlayLayers.Of(chosen, isWatermarked)).TryGet(out sized, out error))
            return error;
        var canonical = sized.Canonical;
        var drawn = OverlayLayers.Drawn(chosen, canonical, isWatermarked ? policy.Watermark : null, verdict.Operations.OverlayRatio());

        var isExact = canonical.Operations.Original && policy.OriginalDelivery == OriginalDelivery.Exact;
        source = source with { KeepsHdr = policy.PreserveHdr && KeepGainMap.Applies(canonical, FormatOf(facts), drawn.Count) };
        var usesIntermediate = SourceChoice.UsesIntermediate(canonical, source);
        var hash =
            OperationsHash.Compute(canonical.Text, facts.ContentHash, format,
                OverlayLayers.Revision(Revision(usesIntermediate, isExact, source, policy), drawn, canonical));
        var tags = CacheTags.Of(request.Space.OrganizationSlug, request.Space.TenantSlug, request.Space.SpaceSlug, request.AssetId.ToString(), preset?.Slug);
        return new VariantDescription
        {
            Space = request.Space,
            Asset = facts,
            Canonical = canonical,
            Source = source,
            OriginalFormat = FormatOf(facts),
            OperationsHash = hash,
            Key = new VariantKey(request.AssetId.Value, request.Version, facts.VariantGeneration, hash),
            Preset = preset,
            IsNegotiated = merged.Format is { IsAuto: true },
            FollowsFocalPoint = merged.Gravity == Gravity.Focal,
            FollowsMeasurement = merged.Format is { IsAuto: true } || merged.Quality is { IsAuto: true },
            Overlays = drawn,
            IsWatermarked = isWatermarked,
            SnappedWidth = verdict.SnappedWidth,
            SizeLimited = Limited(TransformPlan.Of(canonical, source), sized.IsLimited),
            UsesIntermediate = usesIntermediate,
            IsExactOriginal = isExact,
            ETag = $"\"{hash}\"",
            CacheTag = string.Join(',', tags),
            SurrogateKey = string.Join(' ', tags),
            LastModified = facts.UploadedAt.ToString("R", CultureInfo.InvariantCulture),
        };

        Result<(CanonicalOperations Canonical, bool IsLimited)> Size(ImageOperations operations, int layers)
        {
            var whole = Budgeted(operations);
            if (source.Drawing is null || request.IsOwn || !whole.TryGet(out var drawn, out _))
                return whole;
            var canvas = TransformPlan.Of(drawn.Canonical, source).Canvas;
            return policy.Within(operations, canvas.Width, canvas.Height) is { } smaller
                ? Budgeted(smaller).Map(static it => it with { IsLimited = true })
                : whole;

            Result<(CanonicalOperations Canonical, bool IsLimited)> Budgeted(ImageOperations asked) =>
                SizeBudget.Resolve(asked, format, source, ReadFormatOf(facts), policy.QualityFor(format), options.Value.MemoryBudgetBytes, layers);
        }
    }

    /// <summary>What limits strangers' URLs does not limit the service's own; the formats that may be delivered hold for everybody.</summary>
    private Result<PolicyVerdict> Judge(VariantRequest request, ImageOperations merged, SourceFacts source, ImageFormat format, EffectivePolicy policy)
    {
        if (policy.JudgeOutput(format) is { } refusal)
            return refusal;
        if (!encoders.Writes(format))
            return EngineErrors.NoEncoder(format);
        return request.IsOwn ? new PolicyVerdict(merged, null) : policy.Judge(request.Operations, merged, source, request.IsSigned, request.IsForAsset);
    }

    private SourceFacts SourceOf(AssetFacts facts) => OriginalFormats.TryParse(facts.Format, out var original) && original == OriginalFormat.Svg
        ? Pixels(facts).AsDrawing()
        : Pixels(facts);

    private SourceFacts Pixels(AssetFacts facts) => new()
    {
        Width = facts.Width,
        Height = facts.Height,
        HasAlpha = facts.HasAlpha,
        Frames = facts.Frames,
        ContentHash = facts.ContentHash,
        FocalX = facts.FocalX,
        FocalY = facts.FocalY,
        Format = ImageFormats.TryParse(facts.Format, out var own) ? own : null,
        Encodings = facts.Encodings,
        DecodeBytes = facts.DecodeBytes is { } decode ? SizeBudget.Reading(decode, facts.SizeBytes, options.Value.MemoryBudgetBytes) : null,
        DecodeCpu = facts.DecodeCpuMs is { } cpu ? TimeSpan.FromMilliseconds(cpu) : null,
    };

    private static string? Limited(TransformPlan plan, bool isBeyondBudget) =>
        !plan.IsLimited && !isBeyondBudget ? null
        : plan.Output.Width >= plan.Output.Height ? string.Create(CultureInfo.InvariantCulture, $"width={plan.Output.Width}")
        : string.Create(CultureInfo.InvariantCulture, $"height={plan.Output.Height}");

    private static OriginalFormat FormatOf(AssetFacts facts) => OriginalFormats.TryParse(facts.Format, out var original)
        ? original
        : throw new InvalidOperationException($"The registry holds an original of format '{facts.Format}'.");

    // As far as the memory that reading takes goes.
    private static OriginalFormat ReadFormatOf(AssetFacts facts) => facts.WorkingCopyKey is null ? FormatOf(facts) : OriginalFormat.Png;

    /// <summary>Everything the bytes depend on besides operations and original: the engine, which source it reads, and what of the metadata stays.</summary>
    private static string Revision(bool usesIntermediate, bool isExact, SourceFacts source, EffectivePolicy policy)
    {
        if (isExact)
            return "exact";
        var revision = source.Drawing is not null ? $"{EngineRevision.Current}+drawn"
            : source.KeepsHdr ? $"{EngineRevision.Current}+hdr"
            : usesIntermediate ? EngineRevision.ForIntermediate : EngineRevision.Current;
        return policy.KeepCopyright ? $"{revision}+copyright" : revision;
    }

    /// <summary>What an answer was derived from: facts by identity (the cache hands out the same objects until they change), the request by value.</summary>
    private readonly record struct Meaning
    {
        public required object Space { get; init; }

        public required AssetFacts Asset { get; init; }

        public required object? Preset { get; init; }

        public required ChosenOverlays Overlays { get; init; }

        public required ImageOperations Operations { get; init; }

        public required ImageFormat Format { get; init; }

        public required bool IsSigned { get; init; }

        public required bool IsForAsset { get; init; }

        public required bool IsOwn { get; init; }

        public required int HintedWidth { get; init; }

        public required bool SavesData { get; init; }

        public bool Equals(Meaning other) =>
            ReferenceEquals(Asset, other.Asset) && ReferenceEquals(Space, other.Space) && ReferenceEquals(Preset, other.Preset)
                && Overlays.IsSame(other.Overlays)
            && Format == other.Format && IsSigned == other.IsSigned && IsForAsset == other.IsForAsset && IsOwn == other.IsOwn
            && HintedWidth == other.HintedWidth && SavesData == other.SavesData
            && Operations.Equals(other.Operations);

        public override int GetHashCode() => HashCode.Combine(
            RuntimeHelpers.GetHashCode(Asset), Operations.Width, Operations.Height, Operations.Preset, Format,
            Operations.Quality);
    }
}
