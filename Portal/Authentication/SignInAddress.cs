using Microsoft.AspNetCore.Components;

namespace ImageService.Portal.Authentication;

/// <summary>Where a page sends a person whose session is missing or over.</summary>
internal static class SignInAddress
{
    /// <summary>The sign-in page, which leads back here.</summary>
    public static string From(NavigationManager navigation, bool expired = false)
    {
        var here = "/" + navigation.ToBaseRelativePath(navigation.Uri);
        return $"/sign-in?returnUrl={Uri.EscapeDataString(here)}{(expired ? "&expired=true" : "")}";
    }

    /// <summary>A path of our own to return to; the start page for anything else, so that no link can lead elsewhere after sign-in.</summary>
    public static string Safe(string? returnUrl) =>
        returnUrl is ['/', ..] && !returnUrl.StartsWith("//", StringComparison.Ordinal) && !returnUrl.StartsWith("/\\", StringComparison.Ordinal)
            && !returnUrl.Any(char.IsControl)
            ? returnUrl
            : "/";
}
