using System.Text.Encodings.Web;
using System.Text.Json;
using Aspire.Hosting.Running;

namespace Aspire.Hosting.Publishing;

/// <summary>The model as Aspire's manifest (https://json.schemastore.org/aspire-8.0.json): what deployment tools such as azd read.</summary>
/// <param name="resources">The model.</param>
/// <param name="execution">Publish mode.</param>
/// <param name="folder">Paths in the manifest are relative to it.</param>
internal sealed class ManifestWriter(IReadOnlyList<IResource> resources, DistributedApplicationExecutionContext execution, string folder)
{
    // Containers get a port of their own where the deployment tool needs one.
    private const int FirstTargetPort = 8000;

    public async Task WriteAsync(Stream output, CancellationToken ct)
    {
        await using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("$schema", "https://json.schemastore.org/aspire-8.0.json");
        json.WriteStartObject("resources");
        foreach (var resource in resources)
        {
            json.WriteStartObject(resource.Name);
            await WriteResourceAsync(json, resource, ct);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private Task WriteResourceAsync(Utf8JsonWriter json, IResource resource, CancellationToken ct)
    {
        switch (resource)
        {
            case ParameterResource parameter:
                WriteParameter(json, parameter);
                return Task.CompletedTask;
            case ProjectResource project:
                json.WriteString("type", "project.v0");
                json.WriteString("path", Relative(project.ProjectPath));
                return WriteProgramAsync(json, resource, ct);
            case ExecutableResource executable:
                json.WriteString("type", "executable.v0");
                json.WriteString("workingDirectory", Relative(executable.WorkingDirectory));
                json.WriteString("command", executable.Command);
                return WriteProgramAsync(json, resource, ct);
            case ContainerResource container:
                return WriteContainerAsync(json, container, ct);
            case ConnectionStringResource given:
                WriteGivenConnectionString(json, given);
                return Task.CompletedTask;
            case IResourceWithConnectionString value:
                json.WriteString("type", "value.v0");
                json.WriteString("connectionString", value.ConnectionStringExpression.ValueExpression);
                return Task.CompletedTask;
            default:
                json.WriteString("error", "This resource does not support generation in the manifest.");
                return Task.CompletedTask;
        }
    }

    private async Task WriteContainerAsync(Utf8JsonWriter json, ContainerResource container, CancellationToken ct)
    {
        json.WriteString("type", "container.v0");
        if (container is IResourceWithConnectionString connected)
            json.WriteString("connectionString", connected.ConnectionStringExpression.ValueExpression);
        json.WriteString("image", container.Image);
        if (container.Entrypoint is { } entrypoint)
            json.WriteString("entrypoint", entrypoint);
        await WriteArgsAsync(json, container, ct);
        if (container.Annotations.OfType<ContainerMountAnnotation>().ToArray() is [_, ..] mounts)
        {
            json.WriteStartArray("volumes");
            foreach (var mount in mounts)
            {
                json.WriteStartObject();
                json.WriteString("name", mount.Source);
                json.WriteString("target", mount.Target);
                json.WriteBoolean("readOnly", mount.IsReadOnly);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        await WriteEnvironmentAsync(json, container);
        WriteBindings(json, container);
    }

    private async Task WriteProgramAsync(Utf8JsonWriter json, IResource resource, CancellationToken ct)
    {
        await WriteArgsAsync(json, resource, ct);
        await WriteEnvironmentAsync(json, resource);
        WriteBindings(json, resource);
    }

    private async Task WriteArgsAsync(Utf8JsonWriter json, IResource resource, CancellationToken ct)
    {
        var args = await ResourceEnvironment.EvaluateArgsAsync(resource, execution, ct);
        if (args.Count == 0)
            return;
        json.WriteStartArray("args");
        foreach (var arg in args)
            json.WriteStringValue(arg);
        json.WriteEndArray();
    }

    private async Task WriteEnvironmentAsync(Utf8JsonWriter json, IResource resource)
    {
        var context = new EnvironmentCallbackContext(execution);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
            await annotation.Callback(context);
        if (context.EnvironmentVariables.Count == 0)
            return;
        json.WriteStartObject("env");
        foreach (var (name, value) in context.EnvironmentVariables)
            json.WriteString(name, value is IManifestExpressionProvider reference ? reference.ValueExpression : value.ToString());
        json.WriteEndObject();
    }

    private static void WriteBindings(Utf8JsonWriter json, IResource resource)
    {
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToArray();
        if (endpoints.Length == 0)
            return;
        json.WriteStartObject("bindings");
        foreach (var endpoint in endpoints)
        {
            json.WriteStartObject(endpoint.Name);
            json.WriteString("scheme", endpoint.UriScheme);
            json.WriteString("protocol", endpoint.Protocol.ToString().ToLowerInvariant());
            json.WriteString("transport", endpoint.Transport);
            if (endpoint.TargetPort is { } target)
                json.WriteNumber("targetPort", target);
            else if (resource is not ProjectResource)
                json.WriteNumber("targetPort", FirstTargetPort + Array.IndexOf(endpoints, endpoint));
            if (endpoint.IsExternal)
                json.WriteBoolean("external", true);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteParameter(Utf8JsonWriter json, ParameterResource parameter)
    {
        json.WriteString("type", "parameter.v0");
        json.WriteString("value", $"{{{parameter.Name}.inputs.value}}");
        WriteInput(json, parameter.Secret, parameter.Default);
    }

    private static void WriteGivenConnectionString(Utf8JsonWriter json, ConnectionStringResource given)
    {
        json.WriteString("type", "parameter.v0");
        json.WriteString("connectionString", given.ConnectionStringExpression.ValueExpression);
        json.WriteString("value", $"{{{given.Name}.inputs.value}}");
        WriteInput(json, secret: true, byDefault: null);
    }

    private static void WriteInput(Utf8JsonWriter json, bool secret, ParameterDefault? byDefault)
    {
        json.WriteStartObject("inputs");
        json.WriteStartObject("value");
        json.WriteString("type", "string");
        if (secret)
            json.WriteBoolean("secret", true);
        if (byDefault is not null)
        {
            json.WriteStartObject("default");
            if (byDefault is GenerateParameterDefault generated)
            {
                json.WriteStartObject("generate");
                json.WriteNumber("minLength", generated.MinLength);
                if (!generated.Special)
                    json.WriteBoolean("special", false);
                json.WriteEndObject();
            }
            else
            {
                json.WriteString("value", byDefault.GetDefaultValue());
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private string Relative(string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');
}
