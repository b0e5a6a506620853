// The peer of a first transform: what a team writes in a day. One picture per request by sharp's defaults, kept on disk. No single flight, no limits.
//   PORT=… PHOTOS=folder KEPT=folder node sharp-server.mjs      GET /{width}/{quality}/{name}.{jpg|webp|avif}
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const sharp = createRequire(join(process.env.MODULES, 'package.json'))('sharp');
const { PORT, PHOTOS, KEPT } = process.env;
const asked = /^\/(\d{1,4})\/(\d{1,3})\/([\w-]+)\.(jpg|webp|avif)$/;
const encoder = { jpg: 'jpeg', webp: 'webp', avif: 'avif' };
await mkdir(KEPT, { recursive: true });

async function picture(width, quality, name, format) {
    const kept = join(KEPT, createHash('sha256').update(`${width} ${quality} ${name} ${format}`).digest('hex'));
    const before = await readFile(kept).catch(() => null);
    if (before) return before;
    const source = await readFile(join(PHOTOS, `${name}.jpg`));
    const made = await sharp(source).rotate().resize({ width, withoutEnlargement: true }).toFormat(encoder[format], { quality }).toBuffer();
    const part = `${kept}.${process.hrtime.bigint()}`;
    await writeFile(part, made);
    await rename(part, kept);
    return made;
}

createServer(async (request, response) => {
    const parts = asked.exec(request.url);
    try {
        if (!parts) throw new Error('no such picture');
        const body = await picture(Number(parts[1]), Number(parts[2]), parts[3], parts[4]);
        response.writeHead(200, { 'content-type': `image/${encoder[parts[4]]}`, 'content-length': body.length }).end(body);
    } catch (problem) {
        response.writeHead(404).end(String(problem));
    }
}).listen(Number(PORT), '127.0.0.1');
