// CloudFront Function (runtime cloudfront-js-2.0), viewer request: checks signed image URLs at the edge and sorts Accept into three classes.
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
    return 'image/avif,image/webp,*/*';
  }
  return accepts(accept, 'image/webp') ? 'image/webp,*/*' : '*/*';
}

function accepts(accept, type) {
  return accept.toLowerCase().split(',').some(function (element) {
    const parts = element.split(';').map(function (part) { return part.trim(); });
    return parts[0] === type && !parts.some(function (part) { return /^q=0(\.0*)?$/.test(part); });
  });
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
