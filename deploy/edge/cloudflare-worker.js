// Cloudflare Worker: checks signed image URLs at the edge, sorts Accept into four classes and caches by path and class.
// See docs/edge.md. Test vectors: signature-vectors.json.
//
// Signing keys stand in the KV namespace bound as SIGNING_KEYS, one entry per key id:
//   key_1f3a…  ->  {"tenantPath":"acme/website","tenantId":"0193…-…","secret":"<base64url of the 32 bytes>"}
// Rotating a key adds an entry; revoking one removes it (reaches every edge within KEY_TTL_SECONDS).

const KEY_TTL_SECONDS = 60;
const AMBIGUOUS = /%2f|%5c|%25|%2e|%00|\\|(^|\/)\.\.?(\/|$)/i;
const KID = /^[A-Za-z0-9_-]{1,64}$/;
const SIGNATURE = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/; // 256 bits: the last character's two spare bits are zero
const EXPIRES = /^[1-9][0-9]{0,10}$/;
// Widths that w_auto leads to; a space's own ladder is applied by the origin.
const LADDER = [16, 32, 48, 64, 96, 128, 192, 256, 320, 384, 480, 640, 750, 828, 960, 1080, 1200, 1440, 1600, 1920, 2048, 2560, 3200, 3840];
const HINTS = ['sec-ch-width', 'width', 'sec-ch-viewport-width', 'viewport-width', 'sec-ch-dpr', 'dpr', 'save-data'];

export default {
  async fetch(request, env, context) {
    const { path, query, host } = takeApart(request.url);
    if (AMBIGUOUS.test(path)) {
      return refuse(400);
    }
    const isPrivate = path.startsWith('/v1/priv/');
    if (!isPrivate && !path.startsWith('/v1/pub/')) {
      return fetch(request);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return fetch(request);
    }
    const expires = isPrivate ? await verifiedUntil(path, query, host, env) : null;
    if (isPrivate && expires === null) {
      return refuse(401);
    }
    return deliver(request, host, path, expires, context);
  }
};

// The parts of a URL as received: URL's own parser would decode and reorder.
function takeApart(url) {
  const rest = url.slice(url.indexOf('//') + 2);
  const slash = rest.indexOf('/');
  const target = slash < 0 ? '/' : rest.slice(slash);
  const question = target.indexOf('?');
  return {
    host: (slash < 0 ? rest : rest.slice(0, slash)).toLowerCase().replace(/:[0-9]*$/, ''),
    path: question < 0 ? target : target.slice(0, question),
    query: question < 0 ? '' : target.slice(question + 1)
  };
}

// When the signature ends (Unix seconds); null when it does not hold.
async function verifiedUntil(path, query, host, env) {
  const kid = once(query, 'kid', KID);
  const exp = once(query, 'exp', EXPIRES);
  const sig = once(query, 'sig', SIGNATURE);
  if (!kid || !exp || !sig) {
    return null;
  }
  const key = await env.SIGNING_KEYS.get(kid, { type: 'json', cacheTtl: KEY_TTL_SECONDS });
  if (!key || !path.startsWith(`/v1/priv/${key.tenantPath}/`)) {
    return null;
  }
  const secret = await crypto.subtle.importKey('raw', bytesOf(key.secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const scopes = query.split('&').filter(parameter => parameter.startsWith('scope='));
  if (scopes.length > 1 || (scopes.length === 1 && scopes[0] !== 'scope=asset')) {
    return null;
  }
  const signed = scopes.length === 1 ? template(path) : path;
  const text = new TextEncoder().encode(['GET', signed, exp, host, key.tenantId].join('\n'));
  const holds = await crypto.subtle.verify('HMAC', secret, bytesOf(sig), text); // constant time
  return holds && Number(exp) > Math.floor(Date.now() / 1000) ? Number(exp) : null;
}

// What a signature with scope=asset covers: the path without the operations that make sizes, qualities and formats.
function template(path) {
  const start = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  if (dot < start) {
    return path;
  }
  const kept = path.slice(start, dot).split('-').filter(token => !/^((w|h|dpr|q|fmt)_|f_auto$)/.test(token));
  return `${path.slice(0, start)}${kept.length === 0 ? 'any' : kept.join('-')}.*`;
}

// The parameter's value when it was given exactly once and is well formed.
function once(query, name, form) {
  const values = query.split('&').filter(parameter => parameter.startsWith(name + '='));
  const value = values.length === 1 ? values[0].slice(name.length + 1) : '';
  return form.test(value) ? value : null;
}

function bytesOf(base64url) {
  const text = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(text, character => character.charCodeAt(0));
}

// From this edge's cache, else from the origin, which judges the signature again. A cached private image is stored as public under a key
// that no caller can ask for without passing the check above, and leaves with the Cache-Control it came with, cut to the signature's life.
async function deliver(request, host, path, expires, context) {
  const accept = acceptClass(request.headers.get('Accept') || '');
  const decided = hints(path, name => request.headers.get(name) || '');
  const key = new Request(`https://${host}${path}?class=${accept.name}&width=${decided.width || ''}&save=${decided.saveData}`);
  const hit = request.headers.has('Range') ? undefined : await caches.default.match(key);
  if (hit) {
    return outgoing(hit, request, expires, 'HIT');
  }
  const headers = new Headers(request.headers);
  headers.set('Accept', accept.value);
  HINTS.forEach(name => headers.delete(name));
  if (decided.width !== null) {
    headers.set('Sec-CH-Width', String(decided.width));
  }
  if (decided.saveData) {
    headers.set('Save-Data', 'on');
  }
  headers.delete('Cookie');
  headers.delete('If-None-Match');
  headers.delete('If-Modified-Since');
  const response = await fetch(new Request(request.url, { method: request.method, headers, redirect: 'manual' }));
  if (response.status === 200 && request.method === 'GET' && !/no-store/i.test(response.headers.get('Cache-Control') || '')) {
    context.waitUntil(caches.default.put(key, stored(response.clone())));
  }
  return outgoing(response, request, expires, 'MISS');
}

function stored(response) {
  const headers = new Headers(response.headers);
  const control = headers.get('Cache-Control') || '';
  headers.set('X-Origin-Cache-Control', control);
  headers.set('Cache-Control', control.replace(/\bprivate\b/i, 'public'));
  headers.delete('Vary'); // class and hints are in the key
  return new Response(response.body, { status: response.status, headers });
}

function outgoing(response, request, expires, state) {
  const headers = new Headers(response.headers);
  headers.set('Cache-Control', headers.get('X-Origin-Cache-Control') || headers.get('Cache-Control') || 'no-store');
  headers.delete('X-Origin-Cache-Control');
  headers.set('X-Edge-Cache', state);
  if (expires !== null && response.ok) {
    headers.set('Cache-Control', `private, max-age=${Math.max(0, expires - Math.floor(Date.now() / 1000))}`);
  }
  const etag = headers.get('ETag');
  if (response.status === 200 && etag && (request.headers.get('If-None-Match') || '').split(',').some(text => text.trim().replace(/^W\//, '') === etag)) {
    headers.delete('Content-Length');
    return new Response(null, { status: 304, headers });
  }
  return new Response(request.method === 'HEAD' ? null : response.body, { status: response.status, headers });
}

// What client hints decide, as one of few values: a step of the public ladder for w_auto, and whether q_auto is lowered. A preset may hold either.
function hints(path, header) {
  const file = path.slice(path.lastIndexOf('/') + 1);
  const asks = function (operation) { return new RegExp('(^|-)(' + operation + '|preset_[a-z0-9_]+)(-|\\.)').test(file); };
  return {
    width: asks('w_auto') ? hintedStep(header) : null,
    saveData: asks('q_auto') && /^\s*on\s*(;|$)/i.test(header('save-data') || '')
  };
}

function hintedStep(header) {
  const viewport = number(header('sec-ch-viewport-width') || header('viewport-width'));
  const ratio = Math.min(number(header('sec-ch-dpr') || header('dpr')) || 1, 10);
  const width = number(header('sec-ch-width') || header('width')) || (viewport === null ? null : Math.ceil(Math.round(viewport * ratio * 1000) / 1000));
  if (width === null || width < 1) {
    return null;
  }
  return LADDER.find(function (step) { return step >= Math.ceil(width); }) || LADDER[LADDER.length - 1];
}

function number(text) {
  return text && text.length < 12 && /^([0-9]+\.?[0-9]*|\.[0-9]+)$/.test(text) && Number(text) > 0 ? Number(text) : null;
}

function acceptClass(accept) {
  if (accepts(accept, 'image/avif')) {
    if (accepts(accept, 'image/jxl')) {
      return { name: 'jxl', value: 'image/jxl,image/avif,image/webp,*/*' };
    }
    return { name: 'avif', value: 'image/avif,image/webp,*/*' };
  }
  return accepts(accept, 'image/webp') ? { name: 'webp', value: 'image/webp,*/*' } : { name: 'other', value: '*/*' };
}

function accepts(accept, type) {
  return accept.toLowerCase().split(',').some(element => {
    const parts = element.split(';').map(part => part.trim());
    return parts[0] === type && !parts.some(part => /^q=0(\.0*)?$/.test(part));
  });
}

function refuse(status) {
  const problem = status === 401
    ? { title: 'The signature is not valid', status, code: 'invalid_signature' }
    : { title: 'The request cannot be read', status, code: 'invalid_request' };
  return new Response(JSON.stringify(problem), { status, headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' } });
}
