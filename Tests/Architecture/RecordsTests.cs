using System.Reflection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Architecture;

/// <summary>Of more than four positional members nobody can tell at a construction which is which: such a record names them, as <c>required init</c>.</summary>
[Trait("Level", "Unit")]
public sealed class RecordsTests
{
    private const int Positional = 4;

    [Theory]
    [InlineData("Core")]
    [InlineData("Api")]
    [InlineData("Worker")]
    [InlineData("Portal")]
    [InlineData("ServiceDefaults")]
    [InlineData("AppHost")]
    [InlineData("Client")]
    [InlineData("Client.AspNetCore")]
    public void Records_above_four_members_name_them(string part) =>
        Assembly.Load("ImageService." + part).GetTypes()
            .Where(type => type.FullName!.StartsWith("ImageService.", StringComparison.Ordinal))
            .Select(type => (Type: type, Members: PositionalMembers(type)))
            .Where(record => record.Members > Positional)
            .Select(record => $"{record.Type.FullName} has {record.Members} positional members: above {Positional} they are `required … {{ get; init; }}`")
            .ShouldBeEmpty();

    [Fact]
    public void Positional_members_of_classes_and_structs_are_counted()
    {
        PositionalMembers(typeof(FiveOfAClass)).ShouldBe(5);
        PositionalMembers(typeof(FiveOfAStruct)).ShouldBe(5);
        PositionalMembers(typeof(string)).ShouldBe(0);
    }

    /// <summary>By the <c>Deconstruct</c> that the compiler writes for positional records, one <c>out</c> parameter a member; 0 for other types.</summary>
    private static int PositionalMembers(Type type) =>
        type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic, [typeof(System.Text.StringBuilder)]) is null
            ? 0
            : type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
                .Where(method => method.Name == "Deconstruct")
                .Select(method => method.GetParameters().Length)
                .DefaultIfEmpty()
                .Max();

    private sealed record FiveOfAClass(int A, int B, int C, int D, int E);

    private readonly record struct FiveOfAStruct(int A, int B, int C, int D, int E);
}
