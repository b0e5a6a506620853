namespace ImageService.Api.Demo;

/// <summary>The demo organization, made in development only. Section <c>Demo</c>.</summary>
internal sealed class DemoOptions
{
    public const string Section = "Demo";

    /// <summary>Whether the demo is made. Default false; ignored outside development.</summary>
    public bool Enabled { get; set; }

    /// <summary>E-mail address of the portal's owner. Default owner@acme.example.</summary>
    public string PortalUser { get; set; } = "owner@acme.example";

    /// <summary>The owner's password: 10 to 128 characters.</summary>
    public string PortalPassword { get; set; } = "";

    /// <summary>Where the facts of the demo are written as JSON once all of it is there; empty: nowhere.</summary>
    public string SummaryFile { get; set; } = "";

    /// <summary>Base URL of the Api in the printed URLs; empty: the address it listens on.</summary>
    public string PublicBaseUrl { get; set; } = "";

    /// <summary>Never the password.</summary>
    public override string ToString() => $"demo {(Enabled ? "on" : "off")}";
}
