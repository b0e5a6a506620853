using System.Net;
using System.Text.Json;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>A test against one replica or several, over servers of its own class.</summary>
[Trait("Level", "Integration")]
public abstract class GatewayTest(PostgresServer postgres, RedisServer redis) : IAsyncLifetime
{
    private readonly List<GatewayStack> _stacks = [];

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    private protected StackServers Servers { get; private set; } = null!;

    private protected GatewayStack Stack { get; private set; } = null!;

    protected virtual Dictionary<string, string?> Settings => [];

    public virtual async ValueTask InitializeAsync()
    {
        Servers = await StackServers.CreateAsync(postgres, redis, Ct);
        Stack = await AnotherAsync(Settings);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stack in _stacks)
            await stack.DisposeAsync();
        Directory.Delete(Servers.Folder, recursive: true);
        await postgres.DropDatabaseAsync(Servers.Registry);
        GC.SuppressFinalize(this);
    }

    /// <summary>One more replica over the same servers, with nothing in its memory.</summary>
    private protected async Task<GatewayStack> AnotherAsync(
        Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null)
    {
        var stack = await GatewayStack.StartAsync(Servers, settings ?? Settings, services);
        _stacks.Add(stack);
        return stack;
    }

    private protected static async Task<(byte[] Bytes, HttpResponseMessage Response)> ImageAsync(GatewayStack stack, string path,
        params (string Name, string Value)[] headers)
    {
        var response = await stack.GetAsync(path, headers);
        var bytes = await response.Content.ReadAsByteArrayAsync(Ct);
        response.StatusCode.ShouldBe(HttpStatusCode.OK,
            System.Text.Encoding.UTF8.GetString(
                bytes.AsSpan(0, Math.Min(500, response.Content.Headers.ContentType?.MediaType == "application/problem+json" ? bytes.Length : 0))));
        return (bytes, response);
    }

    private protected static async Task<string> ProblemAsync(GatewayStack stack, string path, HttpStatusCode status,
        params (string Name, string Value)[] headers)
    {
        using var response = await stack.GetAsync(path, headers);
        response.StatusCode.ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
        return problem.RootElement.GetProperty("code").GetString()!;
    }

    private protected static string Layer(HttpResponseMessage response) => response.Headers.GetValues("X-Cache").Single();

    private protected static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;
}
