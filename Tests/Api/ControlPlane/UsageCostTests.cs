using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class UsageCostTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task The_total_is_the_sum_of_quantity_times_price()
    {
        var home = await api.NewHomeAsync();
        var report = await home.Owner.GetAsync($"{home.Root}/usage/cost").OkAsync();
        report.Text("currency").ShouldBe("USD");
        var items = report.Items();
        items.Select(item => (string)item!["layer"]!).ShouldContain("delivery");
        foreach (var item in items)
            ((decimal)item!["cost"]!).ShouldBe((decimal)item["quantity"]! * (decimal)item["unitPrice"]!, tolerance: 0.00001m);
        ((decimal)report["total"]!).ShouldBe(items.Sum(item => (decimal)item!["cost"]!));
    }

    [Fact]
    public async Task A_time_that_ends_before_it_begins_is_refused()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.GetAsync($"{home.Root}/usage/cost?from=2027-01-02T00:00:00Z&to=2027-01-01T00:00:00Z").ProblemAsync(400, "invalid_request");
    }
}
