// CloudFront Function (runtime cloudfront-js-2.0), viewer request: checks signed image URLs at the edge and sorts Accept into four classes.
// See docs/edge.md for the cache policies that belong to it. Test vectors: signature-vectors.json.
//
// Signing keys stand in the function's KeyValueStore, one entry per key id:
//   key_1f3a…  ->  {"tenantPath":"acme/website","tenantId":"0193…-…","secret":"<base64url of the 32 bytes>"}
// Rotating a key adds an entry; revoking one removes it.
import cf from 'cloudfront';
import crypto from 'crypto';

const AMBIGUOUS = /%2f|%5c|%25|%2e|%00|\\|(^|\/)\.\.?(\/|$)/i;
const KID = /^[A-Za-z0-9_-]{1,64}$/;
const SIGNATURE = /^[A-Za-z0-9_-]{43}$/;
const EXPIRES = /^[1-9][0-9]{0,10}$/;
// Widths that w_auto leads to; a space's own ladder is applied by the origin.
const LADDER = [16, 32, 48, 64, 96, 128, 192, 256, 320, 384, 480, 640, 750, 828, 960, 1080, 1200, 1440, 1600, 1920, 2048, 2560, 3200, 3840];
const HINTS = ['sec-ch-width', 'width', 'sec-ch-viewport-width', 'viewport-width', 'sec-ch-dpr', 'dpr', 'save-data'];

async function handler(event) {
  const request = event.request;
  if (AMBIGUOUS.test(request.uri)) {
    return refuse(400, 'Bad Request');
  }
  if (request.uri.startsWith('/v1/priv/') && !(await isSigned(request))) {
    return refuse(401, 'Unauthorized');
  }
  if (request.uri.startsWith('/v1/pub/')) {
    request.querystring = {};
  }
  if (request.uri.startsWith('/v1/pub/') || request.uri.startsWith('/v1/priv/')) {
    request.headers.accept = { value: acceptClass(request.headers.accept ? request.headers.accept.value : '') };
    const decided = hints(request.uri, function (name) { return request.headers[name] ? request.headers[name].value : ''; });
    HINTS.forEach(function (name) { delete request.headers[name]; });
    if (decided.width !== null) {
      request.headers['sec-ch-width'] = { value: String(decided.width) };
    }
    if (decided.saveData) {
      request.headers['save-data'] = { value: 'on' };
    }
  }
  return request;
}

async function isSigned(request) {
  const kid = once(request.querystring.kid, KID);
  const exp = once(request.querystring.exp, EXPIRES);
  const sig = once(request.querystring.sig, SIGNATURE);
  if (!kid || !exp || !sig) {
    return false;
  }
  const key = await findKey(kid);
  if (!key || !request.uri.startsWith('/v1/priv/' + key.tenantPath + '/')) {
    return false;
  }
  const scope = request.querystring.scope;
  if (scope && (scope.multiValue || scope.value !== 'asset')) {
    return false;
  }
  const path = scope ? template(request.uri) : request.uri;
  const text = ['GET', path, exp, hostname(request.headers.host.value), key.tenantId].join('\n');
  const expected = crypto.createHmac('sha256', Buffer.from(key.secret, 'base64url')).update(text).digest('base64url');
  return sameText(expected, sig) && Number(exp) > Math.floor(Date.now() / 1000);
}

// What a signature with scope=asset covers: the path without the operations that make sizes, qualities and formats.
function template(path) {
  const start = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  if (dot < start) {
    return path;
  }
  const kept = path.slice(start, dot).split('-').filter(function (token) { return !/^((w|h|dpr|q|fmt)_|f_auto$)/.test(token); });
  return path.slice(0, start) + (kept.length === 0 ? 'any' : kept.join('-')) + '.*';
}

// The parameter's value when it was given exactly once and is well formed.
function once(parameter, form) {
  return parameter && !parameter.multiValue && form.test(parameter.value) ? parameter.value : null;
}

async function findKey(kid) {
  try {
    return await cf.kvs().get(kid, { format: 'json' });
  } catch (absent) {
    return null; // get throws for a key that is not there
  }
}

// Lower case, without port.
function hostname(host) {
  return host.toLowerCase().replace(/:[0-9]*$/, '');
}

// Compares without stopping at the first difference.
function sameText(one, other) {
  let difference = one.length ^ other.length;
  for (let i = 0; i < one.length; i++) {
    difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  }
  return difference === 0;
}

function acceptClass(accept) {
  if (accepts(accept, 'image/avif')) {
    return accepts(accept, 'image/jxl') ? 'image/jxl,image/avif,image/webp,*/*' : 'image/avif,image/webp,*/*';
  }
  return accepts(accept, 'image/webp') ? 'image/webp,*/*' : '*/*';
}

function accepts(accept, type) {
  return accept.toLowerCase().split(',').some(function (element) {
    const parts = element.split(';').map(function (part) { return part.trim(); });
    return parts[0] === type && !parts.some(function (part) { return /^q=0(\.0*)?$/.test(part); });
  });
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

function refuse(status, description) {
  return {
    statusCode: status,
    statusDescription: description,
    headers: { 'cache-control': { value: 'no-store' }, 'content-type': { value: 'application/problem+json' } },
    body: JSON.stringify({
      title: status === 401 ? 'The signature is not valid' : 'The request cannot be read',
      status: status,
      code: status === 401 ? 'invalid_signature' : 'invalid_request'
    })
  };
}
