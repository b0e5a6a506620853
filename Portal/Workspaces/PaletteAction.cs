namespace ImageService.Portal.Workspaces;

/// <summary>What the command palette does that is no page.</summary>
public enum PaletteAction
{
    /// <summary>Lets the person choose files for the library that is shown.</summary>
    Upload,

    SwitchTheme,

    SignOut,
}
