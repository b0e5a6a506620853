// Makes wwwroot/js/portal.js of Scripts/ and the parts from npm: `npm ci --ignore-scripts && npm run build`. Its first line says of which sources it is made; a test holds it to them.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { build } from 'esbuild';

const sources = ['package-lock.json', ...readdirSync('Scripts').filter(name => name.endsWith('.js')).sort().map(name => `Scripts/${name}`)];
const hash = createHash('sha256');
for (const source of sources) hash.update(readFileSync(source, 'utf8').replaceAll('\r\n', '\n'));

await build({
  entryPoints: ['Scripts/portal.js'],
  outfile: 'wwwroot/js/portal.js',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'inline',
  banner: { js: `// Made by bundle.mjs of sources ${hash.digest('hex')}` },
  logLevel: 'warning',
});
