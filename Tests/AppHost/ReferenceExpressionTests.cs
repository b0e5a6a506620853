using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

[Trait("Level", "Unit")]
public sealed class ReferenceExpressionTests
{
    [Fact]
    public async Task Holes_are_values_in_a_run_and_expressions_in_the_manifest()
    {
        var builder = new DistributedApplicationBuilder([]);
        var password = builder.AddParameter("db-password", () => "p}w{", secret: true);
        var expression = ReferenceExpression.Create($"Password={password};Literal={{x}};Text={"plain"}");

        expression.ValueExpression.ShouldBe("Password={db-password.value};Literal={x};Text=plain");
        (await expression.GetValueAsync(TestContext.Current.CancellationToken)).ShouldBe("Password=p}w{;Literal={x};Text=plain");
        expression.ValueProviders.ShouldHaveSingleItem().ShouldBe(password.Resource);
    }

    [Fact]
    public async Task Expressions_nest()
    {
        var builder = new DistributedApplicationBuilder([]);
        var inner = ReferenceExpression.Create($"a{builder.AddParameter("b", () => "B")}");
        var outer = ReferenceExpression.Create($"[{inner}]");

        outer.ValueExpression.ShouldBe("[a{b.value}]");
        (await outer.GetValueAsync(TestContext.Current.CancellationToken)).ShouldBe("[aB]");
    }

    [Fact]
    public void Two_resources_of_one_name_are_refused()
    {
        var builder = new DistributedApplicationBuilder([]);
        builder.AddParameter("same", () => "");

        Should.Throw<InvalidOperationException>(() => builder.AddParameter("Same", () => "")).Message.ShouldContain("Same");
    }
}
