// Draws photographs for a run that brings none: smooth light, edges and grain, 12 to 24 megapixels, 3 to 6 MB, the same on every machine.
//   MODULES=folder node photos.mjs FOLDER COUNT
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const sharp = createRequire(join(process.env.MODULES, 'package.json'))('sharp');
const [folder, count] = [process.argv[2], Number(process.argv[3])];
await mkdir(folder, { recursive: true });

let state = 1;
const random = () => ((state = (state * 48271) % 2147483647) / 2147483647);

for (let n = 0; n < count; n++) {
    const width = 4000 + (n % 5) * 450;
    const height = Math.round((width * 3) / 4);
    const shapes = Array.from({ length: 400 }, () => {
        const [x, y, r] = [random() * width, random() * height, 20 + random() * random() * 500];
        const colour = `hsl(${Math.round(random() * 360)} ${Math.round(20 + random() * 50)}% ${Math.round(15 + random() * 70)}%)`;
        return random() < 0.5
            ? `<circle cx="${x}" cy="${y}" r="${r}" fill="${colour}" opacity="0.6"/>`
            : `<path d="M${x} ${y}l${r} ${random() * r}l${-random() * r} ${r}z" fill="${colour}" opacity="0.7"/>`;
    });
    const drawing = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
        <defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="#8ac"/><stop offset="1" stop-color="#643"/></linearGradient></defs>
        <rect width="100%" height="100%" fill="url(#g)"/>${shapes.join('')}</svg>`);
    const size = 1024;
    const grain = Buffer.alloc(size * size * 4);
    for (let i = 0; i < grain.length; i += 4) {
        const value = random() * 255;
        grain.set([value, value, value, 26], i);
    }

    await sharp(drawing)
        .composite([{ input: grain, raw: { width: size, height: size, channels: 4 }, tile: true, blend: 'over' }])
        .flatten()
        .jpeg({ quality: 90 })
        .toFile(join(folder, `photo-${String(n).padStart(2, '0')}.jpg`));
}
