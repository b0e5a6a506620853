using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImageService.Tests.Support;

/// <summary>A DNS server on this machine that knows TXT records: one question a message, over UDP (RFC 1035).</summary>
public sealed class TxtServer : IAsyncDisposable
{
    private const int HeaderBytes = 12;
    private const int QuestionTail = 4;
    private const ushort PointerToQuestion = 0xc00c;
    private const int MostTextBytes = 255;

    private readonly UdpClient _udp = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public TxtServer() => _loop = AnswerAsync();

    /// <summary>Address and port.</summary>
    public string Address => _udp.Client.LocalEndPoint!.ToString()!;

    /// <summary>Texts by name; a name that is not here does not exist.</summary>
    public Dictionary<string, string[]> Records { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether every question is answered SERVFAIL.</summary>
    public bool IsBroken { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _udp.Dispose();
        _stop.Dispose();
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var asked = await _udp.ReceiveAsync(_stop.Token);
                await _udp.SendAsync(Answer(asked.Buffer), asked.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private byte[] Answer(byte[] question)
    {
        var (labels, at) = (new List<string>(), HeaderBytes);
        for (; question[at] != 0; at += question[at] + 1)
            labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
        var isKnown = Records.TryGetValue(string.Join('.', labels), out var texts);
        using var answer = new MemoryStream();
        answer.Write(question.AsSpan(0, 2));

        // A recursive answer: no error, SERVFAIL (2) or NXDOMAIN (3).
        answer.Write([0x81, (byte)(0x80 | (IsBroken ? 2 : isKnown ? 0 : 3)), 0, 1, 0, (byte)(IsBroken || texts is null ? 0 : texts.Length), 0, 0, 0, 0]);
        answer.Write(question.AsSpan(HeaderBytes, at + 1 + QuestionTail - HeaderBytes));
        foreach (var text in IsBroken ? [] : texts ?? [])
        {
            byte[][] pieces = [.. Encoding.ASCII.GetBytes(text).Chunk(MostTextBytes)];
            var head = new byte[12];
            BinaryPrimitives.WriteUInt16BigEndian(head, PointerToQuestion);
            head[3] = 16; // TXT
            head[5] = 1; // IN
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(10), (ushort)pieces.Sum(static piece => piece.Length + 1));
            answer.Write(head);
            foreach (var piece in pieces)
                answer.Write([(byte)piece.Length, .. piece]);
        }

        return answer.ToArray();
    }
}
