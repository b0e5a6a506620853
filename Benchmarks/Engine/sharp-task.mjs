// node sharp-task.mjs <folder of the sharp module> <photo> <format> <quality> <repeats>: CPU milliseconds per image, sharp's defaults otherwise.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [module, photo, format, quality, repeats] = process.argv.slice(2);
const sharp = createRequire(import.meta.url)(module);
sharp.cache(false);
const bytes = readFileSync(photo);
const once = () => sharp(bytes).rotate().resize(800, 600).toFormat(format, { quality: Number(quality) }).toBuffer();
await once();
const before = process.cpuUsage();
for (let i = 0; i < Number(repeats); i++) await once();
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000 / Number(repeats));
