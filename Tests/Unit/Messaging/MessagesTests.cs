using Shouldly;
using Xunit;
using System.Text.Json;
using ImageService.Core.Messaging;

namespace ImageService.Tests.Core.Messaging;

[Trait("Level", "Unit")]
public sealed class MessagesTests
{
    [Fact]
    public void Every_message_survives_its_text()
    {
        var (organization, id) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        Survives(new AssetUploaded(organization, id, 3));
        Survives(new AssetDeleted(organization, id));
        Survives(new AssetPurged(organization, id));
        Survives(new AssetChanged(organization, id));
        Survives(new PresetChanged(organization, id));
        Survives(new VariantReady(organization, id, 1, new string('a', 64)));
        Survives(new ImportRequested(organization, id));
        Survives(new QuotaWarning
        {
            OrganizationId = organization,
            ScopeId = id,
            Kind = "assets",
            Used = 80,
            Limit = 100,
        });
        Messages.Read<VariantsInvalidated>(Messages.Write(new VariantsInvalidated(organization, ["a", "b"]))).StorageKeys.ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Text_on_the_wire_is_camel_case() =>
        Messages.Write(new AssetUploaded(Guid.Empty, Guid.Empty, 2))
            .ShouldBe("""{"organizationId":"00000000-0000-0000-0000-000000000000","assetId":"00000000-0000-0000-0000-000000000000","version":2}""");

    [Fact]
    public void A_null_message_is_a_bug_and_says_so() => Should.Throw<JsonException>(() => Messages.Read<AssetDeleted>("null"));

    [Fact]
    public void The_delay_between_deliveries_doubles_up_to_its_limit()
    {
        var options = new MessagingOptions();
        options.DelayAfter(1).ShouldBe(TimeSpan.FromSeconds(2));
        options.DelayAfter(4).ShouldBe(TimeSpan.FromSeconds(16));
        options.DelayAfter(1000).ShouldBe(options.MaxRetryDelay);
    }

    private static void Survives<T>(T message)
        where T : IMessage => Messages.Read<T>(Messages.Write(message)).ShouldBe(message);
}
