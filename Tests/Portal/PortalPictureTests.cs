using ImageService.Portal.Images;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

[Trait("Level", "Unit")]
public sealed class PortalPictureTests
{
    [Fact]
    public void A_fault_is_marked_at_its_character()
    {
        new OperationsFault("not known", 7, 8).Mark("w_400-nonsense-bw.jpg").ShouldBe(("w_400-", "nonsense", "-bw.jpg"));
        new OperationsFault("too many", null, 0).Mark("w_400").ShouldBe(("", "", "w_400"));
        new OperationsFault("at the end", 99, 3).Mark("w_4").ShouldBe(("w_4", "", ""));
    }

    [Fact]
    public void A_visitor_sends_the_hints_he_has_and_no_others()
    {
        PretendedVisitor.All[0].Headers().Keys.ShouldBe(["Accept"]);
        (PretendedVisitor.All[0] with { Width = 401, Dpr = 1.5, SavesData = true }).Headers()
            .ShouldBe(
                new Dictionary<string, string> { ["Accept"] = PretendedVisitor.All[0].Accept, ["Width"] = "602", ["DPR"] = "1.5", ["Save-Data"] = "on" },
                ignoreOrder: true);
    }

    [Fact]
    public void The_width_of_the_browser_is_written_and_read_back()
    {
        var draft = new OperationsDraft { Format = "auto", AutoWidth = true, Width = 300 };
        draft.Operations().ShouldBe("fmt_auto-w_auto");
        OperationsDraft.Read("fmt_auto-w_auto.jpg").ShouldNotBeNull().ShouldSatisfyAllConditions(
            read => read.AutoWidth.ShouldBeTrue(), read => read.FileName("jpg").ShouldBe("fmt_auto-w_auto.jpg"));
    }
}
