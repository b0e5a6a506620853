// Runs the shared signature vectors through an edge function and prints {name: status} as JSON.
// usage: node run-vectors.mjs cloudfront|cloudflare deploy/edge
import { readFileSync, mkdtempSync, mkdirSync, writeFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [kind, folder] = process.argv.slice(2);
const { now, keys, vectors } = JSON.parse(readFileSync(join(folder, 'signature-vectors.json'), 'utf8'));
Date.now = () => now * 1000;

const scratch = mkdtempSync(join(tmpdir(), 'edge-'));
try {
  const statusOf = kind === 'cloudfront' ? await loadCloudFront() : await loadCloudflare();
  const statuses = {};
  for (const vector of vectors) {
    statuses[vector.name] = await statusOf(vector);
  }
  process.stdout.write(JSON.stringify(statuses));
} finally {
  rmSync(scratch, { recursive: true });
}

// The runtime's own module 'cloudfront' gives the KeyValueStore; here it gives the vectors' keys.
async function loadCloudFront() {
  const cloudfront = join(scratch, 'node_modules', 'cloudfront');
  mkdirSync(cloudfront, { recursive: true });
  writeFileSync(join(cloudfront, 'package.json'), '{"type":"module","exports":"./index.js"}');
  writeFileSync(join(cloudfront, 'index.js'), `const keys = ${JSON.stringify(keys)};
export default { kvs: () => ({ get: async kid => { if (!Object.hasOwn(keys, kid)) throw new Error('KeyNotFound'); return keys[kid]; } }) };`);
  const file = join(scratch, 'function.mjs');
  writeFileSync(file, readFileSync(join(folder, 'cloudfront-function.js'), 'utf8') + '\nexport { handler };\n');
  const { handler } = await import(pathToFileURL(file));
  return async ({ method, host, target }) => {
    const [uri, query] = split(target);
    const result = await handler({ version: '1.0', request: { method, uri, querystring: querystring(query), headers: { host: { value: host } } } });
    return result.statusCode ?? 200;
  };
}

async function loadCloudflare() {
  const file = join(scratch, 'worker.mjs');
  writeFileSync(file, readFileSync(join(folder, 'cloudflare-worker.js'), 'utf8'));
  const worker = (await import(pathToFileURL(file))).default;
  globalThis.caches = { default: { match: async () => undefined, put: async () => undefined } };
  globalThis.fetch = async () => new Response('image', { status: 200, headers: { 'Cache-Control': 'private, max-age=60' } });
  const env = { SIGNING_KEYS: { get: async kid => (Object.hasOwn(keys, kid) ? keys[kid] : null) } };
  return async ({ method, host, target }) => {
    const request = { url: `https://${host}${target}`, method, headers: new Headers() }; // as received: Request would normalise the URL
    return (await worker.fetch(request, env, { waitUntil: () => undefined })).status;
  };
}

function split(target) {
  const question = target.indexOf('?');
  return question < 0 ? [target, ''] : [target.slice(0, question), target.slice(question + 1)];
}

// As CloudFront hands a query over: not decoded, repeated parameters under multiValue.
function querystring(query) {
  const parsed = {};
  for (const parameter of query.split('&').filter(text => text.length > 0)) {
    const equals = parameter.indexOf('=');
    const name = equals < 0 ? parameter : parameter.slice(0, equals);
    const value = equals < 0 ? '' : parameter.slice(equals + 1);
    if (!Object.hasOwn(parsed, name)) {
      parsed[name] = { value };
      continue;
    }
    parsed[name].multiValue ??= [{ value: parsed[name].value }];
    parsed[name].multiValue.push({ value });
  }
  return parsed;
}
