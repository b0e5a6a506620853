using ImageService.Core.Registry;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

[Trait("Level", "Unit")]
public sealed class RegistryBreakerTests
{
    private static readonly NpgsqlException Silence = new("Exception while reading from stream", new TimeoutException());

    private readonly FakeTimeProvider _time = new();
    private readonly RegistryBreaker _breaker;

    public RegistryBreakerTests() => _breaker = new RegistryBreaker(_time);

    [Fact]
    public void After_a_silence_one_a_second_may_ask_again()
    {
        _breaker.Enter();
        _breaker.Failed(Silence);
        Should.Throw<RegistryUnavailableException>(_breaker.Enter);

        _time.Advance(TimeSpan.FromSeconds(1));
        _breaker.Enter();
        Should.Throw<RegistryUnavailableException>(_breaker.Enter);
    }

    [Fact]
    public void The_first_answer_lets_everybody_in()
    {
        _breaker.Failed(Silence);
        _time.Advance(TimeSpan.FromSeconds(1));
        _breaker.Enter();
        _breaker.Answered();

        _breaker.Enter();
        _breaker.Enter();
    }

    [Fact]
    public void A_server_that_refuses_fails_fast_by_itself()
    {
        _breaker.Failed(new NpgsqlException("Failed to connect", new System.Net.Sockets.SocketException()));

        _breaker.Enter();
    }
}
