using System.Text.Json;
using ImageService.Core.Operations;
using ImageService.Core.Signing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Clients;

/// <summary>The vectors that all clients are held to are what the server writes, reads and verifies, and say every operation.</summary>
[Trait("Level", "Unit")]
public sealed class ClientVectorsTests
{
    [Fact]
    public void The_file_is_what_the_server_makes()
    {
        var made = ClientVectors.Make();
        if (Environment.GetEnvironmentVariable("UPDATE_VECTORS") == "1")
        {
            File.WriteAllText(ClientVectors.File, made);
            Assert.Fail($"Wrote {ClientVectors.File}: look at what changed, then run without UPDATE_VECTORS.");
        }

        File.ReadAllText(ClientVectors.File).ShouldBe(made, "Run with UPDATE_VECTORS=1 to write the vectors anew.");
    }

    [Fact]
    public void Every_url_of_the_file_is_read_back_as_the_same_operations()
    {
        foreach (var (name, url) in Urls())
        {
            var text = url[(url.LastIndexOf('/') + 1)..url.LastIndexOf('.')];
            var read = OperationsParser.Parse(text);
            read.IsSuccess.ShouldBeTrue($"{name}: {url}");
            OperationsText.Write(read.Value).ShouldBe(text, name);
            read.Value.ShouldBe(OperationsParser.Parse(ClientVectors.Builds.Single(build => build.Name == name).Text).Value, name);
            ImageFormats.TryParse(url.AsSpan(url.LastIndexOf('.') + 1), out _).ShouldBeTrue(name);
        }
    }

    [Fact]
    public void Every_operation_of_the_grammar_is_in_a_vector()
    {
        var said = ClientVectors.Builds.SelectMany(build => build.Text.Split('-')).Select(token => token.Split('_')[0]).ToHashSet(StringComparer.Ordinal);
        OperationsGrammar.Rules.Select(rule => rule.Name).Where(name => !said.Contains(name))
            .ShouldBeEmpty("Add a vector here and the operation to each client.");
    }

    [Fact]
    public void Every_signature_opens_its_path_until_it_ends()
    {
        foreach (var sign in ClientVectors.Signs)
        {
            var query = new SignatureQuery(sign.Sig, sign.Exp, "key_1", sign.Scope is not null);
            Verify(sign.Path, sign.Exp - 1).ShouldBeTrue(sign.Path);
            Verify(sign.Path, sign.Exp).ShouldBeFalse(sign.Path);
            Verify(sign.Path.Replace("/v", "/v9", StringComparison.Ordinal), sign.Exp - 1).ShouldBeFalse(sign.Path);

            bool Verify(string path, long now) =>
                query.Verify(sign.Bytes, path, sign.Hostname, Guid.Parse(sign.TenantId), DateTimeOffset.FromUnixTimeSeconds(now)).IsSuccess;
        }
    }

    [Fact]
    public void No_two_vectors_have_one_name() => ClientVectors.Builds.Select(build => build.Name).ShouldBeUnique();

    private static IEnumerable<(string Name, string Url)> Urls()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(ClientVectors.File));
        foreach (var vector in file.RootElement.GetProperty("build").EnumerateArray())
            yield return (vector.GetProperty("name").GetString()!, vector.GetProperty("url").GetString()!);
    }
}
