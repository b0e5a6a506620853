namespace ImageService.Benchmarks.Engine;

/// <summary>Makes one hostile file of good ones. Pure but for the random numbers given.</summary>
internal static class Mutation
{
    private const int Kinds = 7;

    // Values that lie about lengths and counts.
    private static readonly byte[][] Lies = [[0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0], [0x80, 0, 0, 0], [0, 1, 0, 0], [0xFF, 0xFF]];

    public static byte[] Make(IReadOnlyList<byte[]> seeds, Random random)
    {
        var file = seeds[random.Next(seeds.Count)];
        var made = random.Next(Kinds) switch
        {
            0 => file[..random.Next(file.Length)],
            1 => Flip(file, random, within: file.Length, 1 + random.Next(8)),
            2 => Flip(file, random, within: Math.Min(file.Length, 256), 1 + random.Next(4)),
            3 => Lie(file, random, Math.Min(file.Length, 512)),
            4 => Lie(file, random, file.Length),
            5 => Repeat(file, random),
            _ => Splice(file, seeds[random.Next(seeds.Count)], random),
        };
        return random.Next(4) == 0 ? Flip(made, random, made.Length, 1) : made;
    }

    private static byte[] Flip(byte[] file, Random random, int within, int times)
    {
        var made = (byte[])file.Clone();
        for (var i = 0; i < times && within > 0; i++)
            made[random.Next(within)] ^= (byte)(1 << random.Next(8));
        return made;
    }

    private static byte[] Lie(byte[] file, Random random, int within)
    {
        var made = (byte[])file.Clone();
        var lie = Lies[random.Next(Lies.Length)];
        if (within > lie.Length)
            lie.CopyTo(made, random.Next(within - lie.Length));
        return made;
    }

    private static byte[] Repeat(byte[] file, Random random)
    {
        var from = random.Next(file.Length);
        var part = file.AsSpan(from, random.Next(Math.Min(4096, file.Length - from)));
        var at = random.Next(file.Length);
        return [.. file.AsSpan(0, at), .. part, .. part, .. file.AsSpan(at)];
    }

    // Head of one, tail of another: polyglots and files whose parts contradict each other.
    private static byte[] Splice(byte[] head, byte[] tail, Random random) =>
        [.. head.AsSpan(0, random.Next(head.Length)), .. tail.AsSpan(random.Next(tail.Length))];
}
