// What sharp makes of the files that the service was given, and how far two pictures are apart.
//   MODULES=folder node sharp-files.mjs      one JSON line each way: {"file": …, "ours": …} -> {"error": …} or {"ms": …, "difference": …}
// `ours` is the service's PNG, 400 px wide; the difference is the mean over channels of 0 to 255, over white.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const sharp = createRequire(join(process.env.MODULES, 'package.json'))('sharp');
sharp.cache(false);

async function pixels(input) {
    return await sharp(input).flatten({ background: '#fff' }).toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
}

for await (const line of createInterface({ input: process.stdin })) {
    const { file, ours } = JSON.parse(line);
    const told = {};
    try {
        const began = performance.now();
        const made = await sharp(file, { autoOrient: true }).resize({ width: 400, withoutEnlargement: !/\.svgz?$/.test(file) }).png().toBuffer();
        told.ms = performance.now() - began;
        if (ours) {
            const [theirs, mine] = [await pixels(made), await pixels(ours)];
            told.difference = theirs.info.width !== mine.info.width || theirs.info.height !== mine.info.height || theirs.info.channels !== mine.info.channels
                ? `${theirs.info.width}×${theirs.info.height}×${theirs.info.channels}, ours ${mine.info.width}×${mine.info.height}×${mine.info.channels}`
                : theirs.data.reduce((sum, value, at) => sum + Math.abs(value - mine.data[at]), 0) / theirs.data.length;
        }
    } catch (problem) {
        told.error = String(problem.message).split('\n')[0];
    }
    process.stdout.write(`${JSON.stringify(told)}\n`);
}
