namespace ImageService.Portal.Workspaces;

/// <summary>Lines of the audit log in words.</summary>
internal static class AuditText
{
    // Those whose words do not follow from the thing and the verb.
    private static readonly Dictionary<string, string> Actions = new(StringComparer.Ordinal)
    {
        ["access.refused"] = "Access refused",
        ["aliases.written"] = "Old names written",
        ["asset.healed"] = "Damaged original made whole",
        ["asset.invalidated"] = "Stored images of an image dropped",
        ["asset.purged"] = "Image removed for good",
        ["asset.replaced"] = "New version of an image",
        ["audit_log.exported"] = "Audit log exported",
        ["job.retried"] = "Job put in line again",
        ["person.password_changed"] = "Password changed",
        ["person.password_reset"] = "New password by mail",
        ["person.renamed"] = "Name changed",
        ["person.totp_removed"] = "Second factor removed",
        ["person.totp_set"] = "Second factor set",
        ["policy.removed"] = "Policy taken back",
        ["preset_generation.stopped"] = "Making ahead stopped",
        ["session.begun"] = "Signed in",
        ["session.ended"] = "Signed out",
        ["session.refused"] = "Sign-in refused",
        ["variants.invalidated"] = "Stored images dropped",
        ["webhook.redelivered"] = "Webhook delivered again",
    };

    private static readonly Dictionary<string, string> Things = new(StringComparer.Ordinal)
    {
        ["alias"] = "old name",
        ["api_key"] = "API key",
        ["asset"] = "image",
        ["asset_version"] = "version of an image",
        ["audit_log"] = "audit log",
        ["host"] = "host name",
        ["store_move"] = "move to a store",
        ["url"] = "address",
        ["variants"] = "stored images",
    };

    private static readonly Dictionary<string, string> Members = new(StringComparer.Ordinal)
    {
        ["autoGenerate"] = "made ahead",
        ["contentHash"] = "content",
        ["currentVersion"] = "version shown",
        ["defaultAccess"] = "access of new images",
        ["filename"] = "name",
        ["focalX"] = "focus from the left",
        ["focalY"] = "focus from the top",
        ["rowVersion"] = "edition",
        ["sizeBytes"] = "bytes",
        ["slug"] = "short name",
    };

    /// <summary>What was done: <c>asset.uploaded</c> is "Image uploaded".</summary>
    public static string Action(string action)
    {
        if (Actions.TryGetValue(action, out var words))
            return words;
        var dot = action.IndexOf('.', StringComparison.Ordinal);
        return Capital(dot < 0 ? Plain(action) : $"{Thing(action[..dot])} {Plain(action[(dot + 1)..])}");
    }

    /// <summary>Kind of thing it was done to.</summary>
    public static string Thing(string type) => Things.GetValueOrDefault(type, Plain(type));

    /// <summary>Kind of who did it.</summary>
    public static string Actor(string type) => type switch
    {
        "api_key" => "API key",
        "user" => "person",
        "platform" => "operator",
        "system" => "the service itself",
        "anonymous" => "nobody signed in",
        _ => Plain(type),
    };

    /// <summary>What of it changed: <c>expiresAt</c> is "expires at".</summary>
    public static string Member(string name) => Members.GetValueOrDefault(name, Split(name));

    /// <summary>A name of JSON as words: <c>focalLength</c> is "focal length".</summary>
    public static string Split(string name) =>
        string.Concat(name.Select(static (letter, at) => at > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : letter.ToString()));

    private static string Plain(string code) => code.Replace('_', ' ');

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
