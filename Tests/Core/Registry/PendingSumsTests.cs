using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

[Trait("Level", "Integration")]
public sealed class PendingSumsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly PendingSums<(Guid OrganizationId, int Row), long> _sums = new(static key => key.OrganizationId, static (one, other) => one + other,
        mostKeys: 4);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void A_key_beyond_the_limit_is_refused_and_one_that_waits_still_grows()
    {
        var organization = Guid.CreateVersion7();
        for (var row = 0; row < 4; row++)
            _sums.TryAdd((organization, row), 1).ShouldBeTrue();
        _sums.TryAdd((organization, 4), 1).ShouldBeFalse();
        _sums.TryAdd((organization, 3), 1).ShouldBeTrue();
        _sums.Count.ShouldBe(4);
    }

    [Fact]
    public async Task What_the_registry_refuses_waits_and_holds_no_other_organization_up()
    {
        var (refused, taken) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        _sums.TryAdd((refused, 1), 2);
        _sums.TryAdd((taken, 1), 3);
        Dictionary<Guid, long> written = [];
        await Should.ThrowAsync<PostgresException>(() => _sums.WriteAsync(registry.Registry, WriteAsync, Ct));

        written.ShouldBe([new(taken, 3)]);
        _sums.Count.ShouldBe(1);
        _sums.TryAdd((refused, 1), 5);
        await Should.ThrowAsync<PostgresException>(() => _sums.WriteAsync(registry.Registry, WriteAsync, Ct));
        written[refused].ShouldBe(7);

        async Task WriteAsync(RegistryDb db, Guid organization, KeyValuePair<(Guid OrganizationId, int Row), long>[] rows, CancellationToken ct)
        {
            if (organization == refused)
            {
                if (rows.Single().Value == 7)
                    written[organization] = 7;
                await db.Database.ExecuteSqlAsync($"SELECT 1 / 0", ct);
            }

            written[organization] = rows.Sum(static row => row.Value);
        }
    }

    [Fact]
    public async Task When_the_registry_is_away_everything_left_waits_and_nobody_else_is_tried()
    {
        for (var number = 0; number < 3; number++)
            _sums.TryAdd((Guid.CreateVersion7(), 1), 1);
        var tried = 0;
        await Should.ThrowAsync<RegistryUnavailableException>(() => _sums.WriteAsync(registry.Registry, WriteAsync, Ct));

        tried.ShouldBe(1);
        _sums.Count.ShouldBe(3);

        Task WriteAsync(RegistryDb db, Guid organization, KeyValuePair<(Guid OrganizationId, int Row), long>[] rows, CancellationToken ct)
        {
            tried++;
            throw new RegistryUnavailableException("away");
        }
    }
}
