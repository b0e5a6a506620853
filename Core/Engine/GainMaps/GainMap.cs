namespace ImageService.Core.Engine.GainMaps;

/// <summary>What makes a JPEG brighter on screens of high dynamic range: a second picture, and how it is applied (Ultra HDR 1.0).</summary>
/// <param name="Jpeg">The second picture's file.</param>
/// <param name="Metadata">How its values are applied.</param>
internal sealed record GainMap(ReadOnlyMemory<byte> Jpeg, GainMapMetadata Metadata);
