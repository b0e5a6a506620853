namespace ImageService.Portal;

/// <summary>Names this assembly, for test hosts.</summary>
internal sealed class AssemblyMarker;
