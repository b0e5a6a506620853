namespace ImageService.Portal.Workspaces;

/// <summary>Browsers in words.</summary>
internal static class BrowserNames
{
    // In this order: each names the ones after it, too.
    private static readonly (string Mark,
        string Name)[] Browsers = [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
            ("curl/", "curl")];

    private static readonly (string Mark, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"),
            ("Linux", "Linux")];

    /// <summary><c>Firefox on Windows</c>; what it sent where that tells nothing known.</summary>
    public static string Of(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent))
            return "unknown";
        var (browser, system) = (Find(Browsers, userAgent), Find(Systems, userAgent));
        return (browser, system) switch { (null, null) => userAgent, (null, _) => system, (_, null) => browser, _ => $"{browser} on {system}" };
    }

    private static string? Find((string Mark, string Name)[] marks, string text) =>
        marks.FirstOrDefault(mark => text.Contains(mark.Mark, StringComparison.Ordinal)).Name;
}
