namespace ImageService.Worker;

/// <summary>Names this assembly, for test hosts.</summary>
public sealed class AssemblyMarker;
