using System.Collections.Concurrent;

namespace ImageService.Tests.Support.Servers;

/// <summary>Passes lines on and remembers the last few, to be shown when the program that wrote them fails.</summary>
internal sealed class LastLines(Action<string> next)
{
    private const int Kept = 12;
    private readonly ConcurrentQueue<string> _lines = new();

    public void Add(string line)
    {
        _lines.Enqueue(line);
        while (_lines.Count > Kept && _lines.TryDequeue(out _))
        {
        }

        next(line);
    }

    public override string ToString() => string.Join('\n', _lines);
}
