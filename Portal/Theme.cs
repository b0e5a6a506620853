using MudBlazor;

namespace ImageService.Portal;

/// <summary>
/// How the portal looks: two palettes whose text meets WCAG AA on its ground, and the system's own typeface, so that nothing is fetched from elsewhere.
/// </summary>
internal static class Theme
{
    private static readonly string[] Fonts =
        ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Ubuntu", "Cantarell", "Noto Sans", "DejaVu Sans", "Helvetica Neue", "Arial", "sans-serif"];

    public static MudTheme Portal { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#4338ca",
            PrimaryContrastText = "#ffffff",
            Secondary = "#0f766e",
            Tertiary = "#9d174d",
            Info = "#0369a1",
            Success = "#15803d",
            Warning = "#b45309",
            Error = "#b91c1c",
            Dark = "#1e1b2e",
            Background = "#f6f6fa",
            BackgroundGray = "#ececf3",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1c1b29",
            TextPrimary = "#1c1b29",
            TextSecondary = "#55546a",
            TextDisabled = "#8a899c",
            ActionDefault = "#55546a",
            Divider = "#e3e2ec",
            LinesDefault = "#e3e2ec",
            LinesInputs = "#b9b8c9",
            TableLines = "#e3e2ec",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#a5b4fc",
            PrimaryContrastText = "#16152a",
            Secondary = "#5eead4",
            SecondaryContrastText = "#06201d",
            Tertiary = "#f9a8d4",
            Info = "#7dd3fc",
            InfoContrastText = "#06202e",
            Success = "#86efac",
            SuccessContrastText = "#052e16",
            Warning = "#fcd34d",
            WarningContrastText = "#2e1d03",
            Error = "#fca5a5",
            ErrorContrastText = "#3b0a0a",
            Background = "#12111c",
            BackgroundGray = "#191826",
            Surface = "#1b1a2a",
            AppbarBackground = "#1b1a2a",
            AppbarText = "#ecebf7",
            DrawerBackground = "#1b1a2a",
            TextPrimary = "#ecebf7",
            TextSecondary = "#b3b2c8",
            TextDisabled = "#7d7c93",
            ActionDefault = "#b3b2c8",
            Divider = "#302f44",
            LinesDefault = "#302f44",
            LinesInputs = "#56556e",
            TableLines = "#302f44",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "10px", AppbarHeight = "60px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts, LetterSpacing = "normal" },
            H4 = new H4Typography { FontFamily = Fonts, FontWeight = "650", FontSize = "1.75rem", LetterSpacing = "-0.015em" },
            H5 = new H5Typography { FontFamily = Fonts, FontWeight = "650", FontSize = "1.35rem", LetterSpacing = "-0.01em" },
            H6 = new H6Typography { FontFamily = Fonts, FontWeight = "600", FontSize = "1.05rem", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontFamily = Fonts, FontWeight = "600", TextTransform = "none", LetterSpacing = "normal" },
        },
    };
}
