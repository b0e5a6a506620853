namespace ImageService.Api;

/// <summary>Names this host's assembly, for <c>WebApplicationFactory</c>: four hosts each have a <c>Program</c>.</summary>
public sealed class AssemblyMarker;
