using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ImageService.Api.Http;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

[Trait("Level", "Unit")]
public sealed class GatheredWriterTests : IAsyncLifetime
{
    private const int MoreThanSocketsTake = 4_000_000;

    private readonly CountedBlocks _blocks = new();
    private Socket _client = null!;
    private Socket _server = null!;
    private GatheredWriter _output = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 64 << 10 };
        listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        listener.Listen();
        _client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 << 10 };
        await _client.ConnectAsync(listener.LocalEndPoint!, Ct);
        _server = await listener.AcceptAsync(Ct);
        _output = new GatheredWriter(_server, _blocks);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _server.Dispose();
        await _output.DisposeAsync();
        _blocks.Out.ShouldBe(0);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4_096, 4_096)]
    [InlineData(4_097, 100)]
    [InlineData(300_000, 65_536)]
    [InlineData(5_000_000, 70_000)]
    public async Task What_is_written_arrives_in_order_and_leaves_no_block_behind(int size, int piece)
    {
        var bytes = Bytes(size);
        for (var at = 0; at < size; at += piece)
            Write(bytes.AsSpan(at, Math.Min(piece, size - at)));
        _output.UnflushedBytes.ShouldBe(size);

        var flush = _output.FlushAsync(Ct).AsTask();

        (await ReadAsync(size)).ShouldBe(bytes);
        (await flush).IsCompleted.ShouldBeFalse();
        (_output.UnflushedBytes, _blocks.Out).ShouldBe((0, 0), "an idle connection holds none");
    }

    [Fact]
    public async Task A_flush_of_nothing_has_ended_at_once()
    {
        _output.GetMemory(10);
        _output.Advance(0);

        _output.FlushAsync(Ct).AsTask().IsCompletedSuccessfully.ShouldBeTrue();

        _blocks.Out.ShouldBe(0);
        await _output.CompleteAsync();
    }

    [Fact]
    public async Task A_small_body_lies_in_one_block_with_its_headers()
    {
        var bytes = Bytes(48 * 1024);
        _output.ExpectBody();
        Write("headers"u8);
        Write(bytes);

        _blocks.Out.ShouldBe(1);
        var flush = _output.FlushAsync(Ct).AsTask();
        (await ReadAsync(7 + bytes.Length)).ShouldBe([.. "headers"u8, .. bytes]);
        await flush;
    }

    [Fact]
    public async Task Lent_memory_is_sent_from_where_it_lies_between_what_was_written_before_and_after()
    {
        var lent = Bytes(MoreThanSocketsTake);
        Write("before"u8);
        _output.TryLend(lent, _output).ShouldBeTrue();
        _output.UnflushedBytes.ShouldBe(6 + lent.Length);
        Write("after"u8);
        var flush = _output.FlushAsync(Ct).AsTask();
        flush.IsCompleted.ShouldBeFalse("the client reads nothing yet");
        _blocks.Out.ShouldBe(2);

        // Never done elsewhere: a copy would not show it.
        lent[^1] ^= 0xFF;

        (await ReadAsync(6 + lent.Length + 5)).ShouldBe([.. "before"u8, .. lent, .. "after"u8]);
        await flush;
    }

    [Fact]
    public async Task Lent_memory_lives_until_it_is_sent_and_no_longer()
    {
        var (flush, lent) = Lend();
        Collect();
        lent.TryGetTarget(out _).ShouldBeTrue("nobody but the socket has it now");

        (await ReadAsync(6 + MoreThanSocketsTake)).ShouldBe([.. "before"u8, .. Bytes(MoreThanSocketsTake)]);
        await flush;

        Collect();
        lent.TryGetTarget(out _).ShouldBeFalse("an idle connection keeps nothing alive");

        [MethodImpl(MethodImplOptions.NoInlining)]
        (Task Flush, WeakReference<byte[]> Lent) Lend()
        {
            var bytes = Bytes(MoreThanSocketsTake);
            Write("before"u8);
            _output.TryLend(bytes, _output).ShouldBeTrue();
            return (_output.FlushAsync(Ct).AsTask(), new WeakReference<byte[]>(bytes));
        }

        static void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
    }

    [Fact]
    public async Task Nothing_is_lent_through_a_writer_that_has_memory_of_its_own()
    {
        await using var between = new MemoryStream();
        var body = PipeWriter.Create(between);
        Write("before"u8);

        _output.TryLend(Bytes(100_000), body).ShouldBeFalse();
        _output.TryLend(Bytes(100), _output).ShouldBeFalse("it is less work to copy it behind the rest");
        Write("after"u8);
        await _output.FlushAsync(Ct);

        (await ReadAsync(11)).ShouldBe("beforeafter"u8.ToArray());
    }

    [Fact]
    public async Task A_client_that_resets_in_the_middle_ends_the_flush_and_is_told_of_without_an_exception()
    {
        Write(Bytes(200_000));
        _output.TryLend(Bytes(MoreThanSocketsTake), _output).ShouldBeTrue();
        var flush = _output.FlushAsync(Ct).AsTask();
        await ReadAsync(100_000);

        _client.LingerState = new LingerOption(enable: true, 0);
        _client.Close();

        (await flush).IsCompleted.ShouldBeTrue();
        _blocks.Out.ShouldBe(0);
        Write("more"u8);
        (await _output.FlushAsync(Ct)).IsCompleted.ShouldBeTrue();
        _blocks.Out.ShouldBe(0);
    }

    [Fact]
    public async Task A_connection_aborted_while_it_sends_is_over()
    {
        Write(Bytes(MoreThanSocketsTake));
        var flush = _output.FlushAsync(Ct).AsTask();

        _server.Dispose();

        (await flush).IsCompleted.ShouldBeTrue();
        (await _output.FlushAsync(Ct)).IsCompleted.ShouldBeTrue();
        await _output.CompleteAsync();
    }

    [Fact]
    public async Task A_cancelled_flush_ends_the_waiting_and_not_the_sending()
    {
        using var hangUp = new CancellationTokenSource();
        var first = Bytes(MoreThanSocketsTake);
        Write(first);
        var cancelled = _output.FlushAsync(Ct).AsTask();
        _output.CancelPendingFlush();
        (await cancelled).IsCanceled.ShouldBeTrue();

        Write("second"u8);
        var givenUp = _output.FlushAsync(hangUp.Token).AsTask();
        await hangUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(givenUp);

        Write("third"u8);
        var last = _output.FlushAsync(Ct).AsTask();
        (await ReadAsync(first.Length + 11)).ShouldBe([.. first, .. "secondthird"u8]);
        (await last).IsCanceled.ShouldBeFalse();

        _output.CancelPendingFlush();
        (await _output.FlushAsync(Ct)).IsCanceled.ShouldBeTrue("nobody waited when it was asked");
        (await _output.FlushAsync(Ct)).IsCanceled.ShouldBeFalse();
    }

    [Fact]
    public async Task The_end_waits_until_the_last_byte_is_taken()
    {
        Write(Bytes(MoreThanSocketsTake));

        var end = _output.CompleteAsync().AsTask();

        end.IsCompleted.ShouldBeFalse();
        (await ReadAsync(MoreThanSocketsTake)).ShouldBe(Bytes(MoreThanSocketsTake));
        await end;
        Should.Throw<InvalidOperationException>(() => _output.GetMemory());
        await Should.ThrowAsync<InvalidOperationException>(async () => await _output.FlushAsync(Ct));
        await _output.CompleteAsync();
    }

    [Fact]
    public void Nobody_advances_beyond_what_was_given()
    {
        var given = _output.GetMemory().Length;

        Should.Throw<ArgumentOutOfRangeException>(() => _output.Advance(given + 1));
        Should.Throw<ArgumentOutOfRangeException>(() => _output.Advance(-1));
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private void Write(ReadOnlySpan<byte> bytes) => System.Buffers.BuffersExtensions.Write(_output, bytes);

    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await using var stream = new NetworkStream(_client, ownsSocket: false);
        await stream.ReadExactlyAsync(bytes, Ct);
        return bytes;
    }
}
