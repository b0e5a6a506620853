using System.Text.Json;
using ImageService.Core.Policies;
using ImageService.Portal.Images;
using ImageService.Portal.Workspaces;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

/// <summary>Codes of the Api stand in the portal as words.</summary>
[Trait("Level", "Unit")]
public sealed class WordsTests
{
    public static TheoryData<string> Policies => [.. PolicyCatalog.All.Select(static policy => policy.Key)];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Every_policy_has_a_name_and_words_for_each_of_its_choices(string key)
    {
        var policy = PolicyCatalog.All.Single(one => one.Key == key);
        if (key.Contains('_', StringComparison.Ordinal))
            PolicyText.Name(key).ShouldNotBe(char.ToUpperInvariant(key[0]) + key[1..].Replace('_', ' '), "it only repeats the key");
        if (policy.Type is not PolicyType.Choice)
            return;
        PolicyText.Choices(key).Select(static choice => choice.Value).ShouldBe(policy.Choices, ignoreOrder: true);
        foreach (var (value, text) in PolicyText.Choices(key))
            PolicyText.Value(key, JsonSerializer.SerializeToElement(value)).ShouldBe(text);
    }

    [Theory]
    [InlineData("asset.uploaded", "Image uploaded")]
    [InlineData("api_key.refused", "API key refused")]
    [InlineData("session.begun", "Signed in")]
    [InlineData("policy.removed", "Policy taken back")]
    [InlineData("preset.updated", "Preset updated")]
    [InlineData("store_move.created", "Move to a store created")]
    public void What_was_done_is_told_in_words(string action, string words) => AuditText.Action(action).ShouldBe(words);

    [Theory]
    [InlineData("expiresAt", "expires at")]
    [InlineData("defaultAccess", "access of new images")]
    [InlineData("tags", "tags")]
    public void What_changed_is_told_in_words(string member, string words) => AuditText.Member(member).ShouldBe(words);

    [Theory]
    [InlineData("run_import", "Import")]
    [InlineData("message asset_uploaded", "Take note: an image was uploaded")]
    [InlineData("message quota_warning", "Take note: a quota is nearly used up")]
    public void A_job_is_told_in_words(string kind, string words) => JobNames.Of(kind).ShouldBe(words);

    [Fact]
    public void Values_of_operations_are_told_in_words()
    {
        OperationsDraft.Fits.ShouldAllBe(code => OperationWords.Fit(code) != code);
        OperationsDraft.Gravities.ShouldAllBe(code => OperationWords.Gravity(code) != code);
        OverlayElementDraft.Shapes.ShouldAllBe(code => OperationWords.Shape(code) != code);
    }
}
