import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildUrl } from '@imageservice/client';
import { signature, signUrl } from '@imageservice/client/sign';

const { build, sign } = JSON.parse(readFileSync(new URL('../../vectors.json', import.meta.url), 'utf8'));

test('there are vectors', () => assert.ok(build.length > 50 && sign.length > 10));

for (const { name, input, url } of build)
  test(`builds: ${name}`, () => assert.equal(buildUrl(input), url));

for (const { sig, ...input } of sign)
  test(`signs: ${input.path} ${input.scope ?? ''} ${input.exp} at ${input.hostname}`, async () => {
    assert.equal(await signature(input), sig);
    const { path, exp, hostname, scope, secret, tenantId } = input;
    const signed = new URL(await signUrl(`https://${hostname.toUpperCase()}:8443${path}?sig=old`, { kid: 'key_1', secret, tenantId: tenantId.toUpperCase() }, { exp, scope }));
    assert.equal(signed.pathname, path);
    assert.deepEqual(Object.fromEntries(signed.searchParams), { sig, exp: `${exp}`, kid: 'key_1', ...(scope && { scope }) });
  });
