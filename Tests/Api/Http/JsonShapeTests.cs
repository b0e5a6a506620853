using System.Text;
using ImageService.Api.Http;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

[Trait("Level", "Unit")]
public sealed class JsonShapeTests
{
    [Theory]
    [InlineData("""{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}""")]
    [InlineData("[1e308,-1e308,0.1e-300,12345678901234567890.123456789]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{\"a\":")]
    public void What_can_be_kept_and_what_is_no_json_at_all_passes(string json) => Judge(json).ShouldBeNull();

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "$.a")]
    [InlineData("""{"metadata":{"deep":{"x":1,"y":2,"\u0078":3}}}""", "$.metadata.deep.x")]
    [InlineData("""{"metadata":{"big":1e309}}""", "$.metadata.big")]
    [InlineData("""{"small":1e-400000}""", "$.small")]
    [InlineData("""{"huge":1e99999999999999999999}""", "$.huge")]
    public void Doubled_members_and_numbers_that_cannot_be_kept_are_named(string json, string place) => Judge(json)!.Detail.ShouldContain(place);

    [Fact]
    public void Depth_members_and_the_digits_of_a_number_have_limits()
    {
        Judge(Nested(JsonShape.MaxDepth)).ShouldBeNull();
        Judge(Nested(JsonShape.MaxDepth + 1))!.Detail.ShouldContain("nested");
        Judge(Nested(200_000))!.Detail.ShouldContain("nested");
        Judge($"[{string.Join(',', Enumerable.Repeat("0", JsonShape.MaxValues - 1))}]").ShouldBeNull();
        Judge($"[{string.Join(',', Enumerable.Repeat("0", JsonShape.MaxValues))}]")!.Detail.ShouldContain("members and elements");
        Judge($"[{new string('9', 101)}]")!.Detail.ShouldContain("number");
    }

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private static ImageService.Core.Errors.Error? Judge(string json) => JsonShape.Judge(Encoding.UTF8.GetBytes(json));
}
