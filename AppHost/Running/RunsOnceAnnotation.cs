namespace ImageService.AppHost.Running;

/// <summary>Marks a resource that is meant to end by itself, such as migrations: its failure ends the run, its end is no death.</summary>
internal sealed class RunsOnceAnnotation : IResourceAnnotation;
