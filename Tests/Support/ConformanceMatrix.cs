using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Xunit;

[assembly: AssemblyFixture(typeof(ImageService.Tests.Support.ConformanceMatrix))]

namespace ImageService.Tests.Support;

/// <summary>
/// What each adapter of a port was seen to do, and against which server: contract tests note their outcome here, and when the run ends the table is printed
/// and left in <c>conformance/{port}.md</c> beside the test assembly. What did not run is in the table with its reason.
/// </summary>
public sealed class ConformanceMatrix : IDisposable
{
    private readonly ConcurrentDictionary<(string Port, string Adapter), string> _servers = new();
    private readonly ConcurrentDictionary<(string Port, string Adapter, string Fact), string> _outcomes = new();

    /// <summary>Notes the test that has just ended; call it when its class is disposed.</summary>
    /// <param name="port">The port's name, such as <c>queues</c>.</param>
    /// <param name="adapter">The adapter's name in the configuration.</param>
    /// <param name="server">Product and version that was run, or what stood in for it.</param>
    /// <param name="remark">What holds here in another way than elsewhere.</param>
    public void Note(string port, string adapter, string server, string? remark = null)
    {
        if (TestContext.Current is not { TestState: { } state, TestMethod: { } method }) return;
        _servers[(port, adapter)] = server;
        var outcome = state.Result switch
        {
            TestResult.Passed => "yes",
            TestResult.Failed => "NO",
            _ => $"not run{string.Concat((state.ExceptionMessages ?? []).Select(message => $": {message}"))}",
        };
        _outcomes[(port, adapter, method.MethodName.Replace('_', ' '))] = remark is null ? outcome : $"{outcome} ({remark})";
    }

    /// <summary>Notes that the test which is being prepared does not run here. Its class is not disposed then, so nothing else would note it.</summary>
    /// <param name="port">The port's name.</param>
    /// <param name="adapter">The adapter's name in the configuration.</param>
    /// <param name="reason">What is missing, and how to get it.</param>
    public void NoteNotRun(string port, string adapter, string reason)
    {
        if (TestContext.Current.TestMethod is not { } method) return;
        _servers.TryAdd((port, adapter), reason);
        _outcomes[(port, adapter, method.MethodName.Replace('_', ' '))] = "not run";
    }

    public void Dispose()
    {
        foreach (var port in _servers.Keys.Select(key => key.Port).Distinct().Order(StringComparer.Ordinal))
        {
            var table = Table(port);
            Console.WriteLine(table);
            var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "conformance"));
            File.WriteAllText(Path.Combine(folder.FullName, $"{port}.md"), table);
        }
    }

    private string Table(string port)
    {
        var adapters = _servers.Where(pair => pair.Key.Port == port).OrderBy(pair => pair.Key.Adapter, StringComparer.Ordinal).ToList();
        var facts = _outcomes.Keys.Where(key => key.Port == port).Select(key => key.Fact).Distinct().Order(StringComparer.Ordinal);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"| {port} | {string.Join(" | ", adapters.Select(pair => pair.Key.Adapter))} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| --- |{string.Concat(adapters.Select(_ => " --- |"))}");
        text.AppendLine(CultureInfo.InvariantCulture, $"| *server* | {string.Join(" | ", adapters.Select(pair => pair.Value))} |");
        foreach (var fact in facts)
        {
            var cells = adapters.Select(pair => _outcomes.GetValueOrDefault((port, pair.Key.Adapter, fact), "not asked"));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {fact} | {string.Join(" | ", cells)} |");
        }

        return text.ToString();
    }
}
