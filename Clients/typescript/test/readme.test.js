import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const samples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(match => match[1]);

test('there are samples', () => assert.ok(samples.length >= 5));

for (const [index, sample] of samples.entries())
  test(`sample ${index + 1} of the page prints what it says`, async context => {
    const folder = mkdtempSync(join(tmpdir(), 'sample-'));
    const printed = [];
    context.mock.method(console, 'log', value => printed.push(String(value)));
    try {
      const file = join(folder, 'sample.mjs');
      writeFileSync(file, sample.replace(/from '(@imageservice\/client[^']*)'/g, (_, name) => `from '${import.meta.resolve(name)}'`));
      await import(pathToFileURL(file));
    } finally {
      context.mock.reset();
      rmSync(folder, { recursive: true });
    }
    assert.deepEqual(printed, [...sample.matchAll(/^\/\/ → (.*)$/gm)].map(match => match[1]));
  });
