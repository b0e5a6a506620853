using ImageService.Core.Errors;

namespace ImageService.Api.Authentication;

/// <summary>How a caller is refused inside its own organization.</summary>
internal static class AccessErrors
{
    /// <summary>The scope does not hold at the place.</summary>
    public static Error Lacks(string scope) => new(ErrorCode.InsufficientScope, $"This needs the scope {scope} here.")
    {
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["scope"] = scope },
    };

    /// <summary>A credential may not hand out more than it holds.</summary>
    public static readonly Error Escalates = new(ErrorCode.InsufficientScope,
        "A credential cannot give, change or take what goes beyond its own scopes and place.");
}
