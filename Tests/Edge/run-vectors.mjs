// Runs the shared vectors through an edge function and prints {name: status} of signatures, {name: {width, saveData}} of client hints, or
// {name: accept} of what is sent for an Accept, as JSON.
// usage: node run-vectors.mjs cloudfront|cloudflare deploy/edge [hints|accept]
import { readFileSync, mkdtempSync, mkdirSync, writeFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [kind, folder, what] = process.argv.slice(2);
const forwarded = {};
const { now, keys, vectors } = JSON.parse(readFileSync(join(folder, 'signature-vectors.json'), 'utf8'));
Date.now = () => now * 1000;

const scratch = mkdtempSync(join(tmpdir(), 'edge-'));
try {
  const statusOf = kind === 'cloudfront' ? await loadCloudFront() : await loadCloudflare();
  const results = {};
  if (what === 'hints') {
    for (const { name, path, headers } of JSON.parse(readFileSync(join(folder, 'hint-vectors.json'), 'utf8')).vectors) {
      await statusOf({ method: 'GET', host: 'images.example.com', target: path, headers });
      results[name] = forwarded.hints;
    }
  } else if (what === 'accept') {
    for (const { name, accept } of JSON.parse(readFileSync(join(folder, 'accept-vectors.json'), 'utf8')).vectors) {
      await statusOf({ method: 'GET', host: 'images.example.com', target: '/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v1/fmt_auto.jpg', headers: { accept } });
      results[name] = forwarded.accept;
    }
  } else {
    for (const vector of vectors) {
      results[vector.name] = await statusOf(vector);
    }
  }
  process.stdout.write(JSON.stringify(results));
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
  return async ({ method, host, target, headers = {} }) => {
    const [uri, query] = split(target);
    const sent = Object.fromEntries(Object.entries({ host, ...headers }).map(([name, value]) => [name, { value }]));
    const result = await handler({ version: '1.0', request: { method, uri, querystring: querystring(query), headers: sent } });
    forwarded.hints = hintsOf(name => result.headers?.[name]?.value);
    forwarded.accept = result.headers?.accept?.value;
    return result.statusCode ?? 200;
  };
}

async function loadCloudflare() {
  const file = join(scratch, 'worker.mjs');
  writeFileSync(file, readFileSync(join(folder, 'cloudflare-worker.js'), 'utf8'));
  const worker = (await import(pathToFileURL(file))).default;
  globalThis.caches = { default: { match: async () => undefined, put: async () => undefined } };
  globalThis.fetch = async request => {
    forwarded.hints = hintsOf(name => request.headers.get(name) ?? undefined);
    forwarded.accept = request.headers.get('accept');
    return answer();
  };
  const answer = () => new Response('image', { status: 200, headers: { 'Cache-Control': 'private, max-age=60' } });
  const env = { SIGNING_KEYS: { get: async kid => (Object.hasOwn(keys, kid) ? keys[kid] : null) } };
  return async ({ method, host, target, headers = {} }) => {
    const request = { url: `https://${host}${target}`, method, headers: new Headers(headers) }; // as received: Request would normalise the URL
    return (await worker.fetch(request, env, { waitUntil: () => undefined })).status;
  };
}

// What the origin is told; any other hint that came through shows as one too many.
function hintsOf(header) {
  const others = ['width', 'sec-ch-viewport-width', 'viewport-width', 'sec-ch-dpr', 'dpr'].filter(name => header(name) !== undefined);
  const width = header('sec-ch-width');
  return { width: others.length > 0 ? -1 : width === undefined ? null : Number(width), saveData: header('save-data') === 'on' };
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
