using System.Globalization;
using ImageService.Portal.Client;
using ImageService.Portal.Images;

namespace ImageService.Portal.Workspaces;

/// <summary>What a change would do, in words.</summary>
internal static class EffectText
{
    public static string Of(ChangeEffect effect) => (effect.StaleVariants, effect.NewVariants) switch
    {
        (0, 0) => "No stored image changes.",
        (0, var made) => string.Create(CultureInfo.InvariantCulture,
            $"No stored image changes; {made:N0} {(made == 1 ? "image is" : "images are")} made ahead."),
        (var stale, var made) => string.Create(
            CultureInfo.InvariantCulture,
            $"{stale:N0} stored {(stale == 1 ? "image becomes" : "images become")} stale ({Sizes.Write(effect.Bytes)}); making as many again takes about {Cpu(effect.CpuMs)} of CPU time.{(made > 0 ? $" {made:N0} are made ahead." : "")}"),
    };

    private static string Cpu(long ms) => ms switch
    {
        >= 120_000 => (ms / 60_000.0).ToString("0.#", CultureInfo.InvariantCulture) + " minutes",
        >= 1000 => (ms / 1000.0).ToString("0.#", CultureInfo.InvariantCulture) + " s",
        _ => ms.ToString(CultureInfo.InvariantCulture) + " ms",
    };
}
