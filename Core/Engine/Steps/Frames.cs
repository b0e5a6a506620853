using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Runs the still steps on each frame of an animation by itself, so that no frame's edge shows the next one.</summary>
internal static class Frames
{
    /// <param name="roll">All frames below each other.</param>
    /// <param name="run">Header and plan.</param>
    /// <param name="still">The steps for one frame.</param>
    /// <returns>All finished frames below each other, with delays and repetitions of the source.</returns>
    public static Image Apply(Image roll, TransformRun run, Func<Image, Image> still)
    {
        var (width, height, count) = (run.Header.Width, run.Header.Height, run.Header.Frames);
        var frames = new Image[count];
        for (var i = 0; i < count; i++)
        {
            // In order and settled at once: the source is read from top to bottom, once.
            var frame = run.Keep(roll.Crop(0, i * height, width, height));
            frames[i] = run.Settle(still(frame));
        }

        var joined = run.Keep(Image.Arrayjoin(frames, across: 1));
        return run.Keep(joined.Mutate(image => image.Set(GValue.GIntType, "page-height", frames[0].Height)));
    }
}
