using System.Text.RegularExpressions;

namespace ImageService.AppHost.Running;

/// <summary>One stream of lines per resource, each with its name in front; colours on a terminal only.</summary>
internal sealed partial class ConsoleLog(TextWriter? writer = null, bool? colours = null)
{
    private const int NameWidth = 10;
    private static readonly string[] Palette = ["\e[36m", "\e[33m", "\e[32m", "\e[35m", "\e[34m", "\e[96m", "\e[93m", "\e[92m"];

    private readonly TextWriter _writer = writer ?? Console.Out;
    private readonly bool _colours = colours ?? (!Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _colourOf = [];

    /// <summary>Writes what a resource wrote.</summary>
    public void Write(string resource, string line) => Write(resource, line, urgent: false);

    /// <summary>Writes what the AppHost itself has to say.</summary>
    public void Say(string line) => Write("apphost", line, urgent: false);

    /// <summary>Writes what a person should act on.</summary>
    public void Warn(string text)
    {
        foreach (var line in text.Split('\n'))
            Write("apphost", line.TrimEnd('\r'), urgent: true);
    }

    private void Write(string resource, string line, bool urgent)
    {
        lock (_lock)
        {
            if (!_colours)
            {
                _writer.WriteLine($"{resource,-NameWidth} | {AnsiSequences.Replace(line, "")}");
                return;
            }

            if (!_colourOf.TryGetValue(resource, out var colour))
                _colourOf[resource] = colour = Palette[_colourOf.Count % Palette.Length];
            _writer.WriteLine($"{colour}{resource,-NameWidth} |\e[0m {(urgent ? "\e[31m" : "")}{line}\e[0m");
        }
    }

    [GeneratedRegex(@"\e\[[0-9;]*[A-Za-z]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AnsiSequences { get; }
}
