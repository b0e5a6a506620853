using System.Text.RegularExpressions;
using Bunit;
using ImageService.Portal.Components.Shared;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

/// <summary>What is typed faster than the page answers stays.</summary>
public sealed class TypedFieldTests : ComponentTest
{
    private readonly List<string?> _told = [];

    [Fact]
    public async Task An_older_value_of_the_page_takes_no_letters_away_while_a_person_types()
    {
        var field = Draw();
        await TypeAsync(field, "typed", "jo ");
        await TypeAsync(field, "typed", "jo s");
        field.Render(parameters => parameters.Add(one => one.Value, "jo")); // tidied, and of before
        Shown(field).ShouldBe("jo s");
        await TypeAsync(field, "typed", "jo sm");
        _told.ShouldBe(["jo ", "jo s", "jo sm"]);
        Shown(field).ShouldBe("jo sm");
    }

    [Fact]
    public async Task What_is_typed_back_to_an_older_value_of_the_page_is_told_too()
    {
        var field = Draw();
        await TypeAsync(field, "typed", "j");
        await TypeAsync(field, "typed", "jo");
        field.Render(parameters => parameters.Add(one => one.Value, "j"));
        await TypeAsync(field, "typed", "j");
        _told.ShouldBe(["j", "jo", "j"]);
    }

    [Fact]
    public async Task Once_the_field_is_left_what_the_page_says_holds()
    {
        var field = Draw();
        await TypeAsync(field, "typed", "jo");
        await field.InvokeAsync(() => field.Find("[data-testid=typed]").BlurAsync());
        field.Render(parameters => parameters.Add(one => one.Value, "Jo"));
        Shown(field).ShouldBe("Jo");
    }

    [Fact]
    public void No_text_field_tells_of_each_letter_in_another_way()
    {
        var others = Directory.EnumerateFiles(Repository.PathOf("Portal", "Components"), "*.razor", SearchOption.AllDirectories)
            .Where(file => Regex.IsMatch(File.ReadAllText(file), """<MudTextField\b(?:(?!/>)[\s\S])*?\b(?:Immediate="(?!false)|DebounceInterval=)""",
                RegexOptions.None, TimeSpan.FromSeconds(5)))
            .Select(Path.GetFileName);
        others.ShouldBeEmpty();
    }

    private static string? Shown(IRenderedComponent<TypedField> field) => field.Find("input").GetAttribute("value") ?? "";

    private IRenderedComponent<TypedField> Draw() => Render<TypedField>(parameters => parameters
        .Add(one => one.Value, "").Add(one => one.ValueChanged, _told.Add)
        .Add(one => one.UserAttributes, new Dictionary<string, object?>(StringComparer.Ordinal) { ["data-testid"] = "typed" }));
}
