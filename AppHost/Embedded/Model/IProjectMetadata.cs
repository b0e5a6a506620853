namespace Aspire.Hosting;

/// <summary>Tells the model where a project is; the build writes one class per project reference.</summary>
public interface IProjectMetadata
{
    /// <summary>Absolute path of the .csproj file.</summary>
    string ProjectPath { get; }
}
