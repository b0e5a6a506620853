import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { sourcesHash } from '../sources.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** A module of dist and all it imports, each once. */
function closure(name, seen = new Map()) {
  if (seen.has(name)) return seen;
  const code = readFileSync(join(dist, name), 'utf8');
  seen.set(name, code);
  for (const [, imported] of code.matchAll(/(?:import|export)[^'"]*from\s+['"]([^'"]+)['"]/g)) {
    assert.match(imported, /^\.\//, `${name} imports ${imported}: the package has no dependency`);
    closure(imported.slice(2), seen);
  }
  return seen;
}

for (const loader of ['next.js', 'nuxt.js', 'astro.js', 'angular.js', 'unpic.js', 'index.js'])
  test(`${loader} with all it needs is at most 4 kB compressed`, () => {
    const bytes = gzipSync([...closure(loader).values()].join('\n')).length;
    console.log(`${loader}: ${bytes} bytes`);
    assert.ok(bytes <= 4096, `${bytes} bytes`);
  });

test('it depends on nothing', () => {
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.peerDependencies, undefined);
  closure('sign.js');
});

test('dist is compiled from src as it is', () =>
  assert.equal(readFileSync(join(dist, 'sources.sha256'), 'utf8').trim(), sourcesHash(), 'Run `npm ci --ignore-scripts && npm run build`.'));

test('every entry has its code and its types', () => {
  for (const [name, { types, default: code }] of Object.entries(manifest.exports))
    for (const file of [types, code]) assert.ok(readFileSync(join(root, file)).length > 0, `${name}: ${file}`);
});

const npm = spawnSync('npm', ['--version'], { shell: process.platform === 'win32' }).status === 0;

test('npm packs code, types, page and licence, and nothing else', { skip: npm ? false : 'npm is not installed' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pack-'));
  try {
    const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--offline', '--ignore-scripts', '--pack-destination', folder, '--cache', join(folder, 'cache')],
      { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' }));
    const modules = readdirSync(join(root, 'src')).map(name => name.replace(/\.ts$/, ''));
    assert.deepEqual(packed.files.map(file => file.path).sort(),
      ['LICENSE', 'README.md', 'package.json', ...modules.flatMap(name => [`dist/${name}.d.ts`, `dist/${name}.js`])].sort());
    console.log(`${packed.filename}: ${packed.size} bytes, unpacked ${packed.unpackedSize}`);
    assert.ok(packed.size < 20_000, `${packed.size} bytes`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
