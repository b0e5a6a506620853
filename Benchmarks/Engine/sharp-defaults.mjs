// node sharp-defaults.mjs <folder of the sharp module> <target> <picture>…: each picture as JPEG, WebP and AVIF with sharp's defaults.
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

const [module, target, ...pictures] = process.argv.slice(2);
const sharp = createRequire(import.meta.url)(module);
for (const picture of pictures) {
    const name = basename(picture, '.png');
    await sharp(picture).jpeg().toFile(join(target, `${name}.jpg`));
    await sharp(picture).webp().toFile(join(target, `${name}.webp`));
    await sharp(picture).avif().toFile(join(target, `${name}.avif`));
}
