using ImageService.Core.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Identity;

[Trait("Level", "Unit")]
public sealed class FirstAdministratorOptionsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("first@example.com", "first-org")]
    public void Nobody_or_somebody_with_an_organization_is_accepted(string email, string organization) => Read(email, organization).Email.ShouldBe(email);

    [Theory]
    [InlineData("first", "first-org")]
    [InlineData("first@example.com", "")]
    [InlineData("first@example.com", "First Org")]
    public void Half_a_person_stops_the_start(string email, string organization) =>
        Should.Throw<OptionsValidationException>(() => Read(email, organization)).Message.ShouldContain("leave Email empty to make nobody");

    private static FirstAdministratorOptions Read(string email, string organization)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Access:FirstAdministrator:Email", email), new("Access:FirstAdministrator:OrganizationSlug", organization),
        ]).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddFirstAdministrator().BuildServiceProvider();
        return services.GetRequiredService<IOptions<FirstAdministratorOptions>>().Value;
    }
}
