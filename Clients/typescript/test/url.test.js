import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildUrl, writeOperations } from '@imageservice/client';

const image = { organization: 'acme', tenant: 'website', space: 'marketing', asset: '01KAVW3S8N2V4B6D8F0H2K4M6P', version: 1 };

const refused = (change, words) => assert.throws(() => buildUrl({ ...image, ...change }), { name: 'TypeError', message: words });

test('operations can be text in the grammar of URLs', () =>
  assert.equal(buildUrl({ ...image, operations: 'preset_card-w_400-t1_SGk~', extension: 'webp' }),
    '/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v1/preset_card-w_400-t1_SGk~.webp'));

test('what cannot be in a URL is refused by name', () => {
  refused({ asset: '../../../v1/assets' }, /^asset /);
  refused({ asset: '01KAV' }, /^asset /);
  refused({ version: 0 }, /^version /);
  refused({ version: 1.5 }, /^version /);
  refused({ organization: 'Acme' }, /^organization /);
  refused({ tenant: 'a/b' }, /^tenant /);
  refused({ space: '-a' }, /^space /);
  refused({ space: undefined }, /^space /);
  refused({ extension: 'jpg?sig=' }, /^extension /);
  refused({ operations: 'w_400/../x' }, /^operations /);
  refused({ operations: { widht: 400 } }, /^operations\.widht /);
  refused({ operations: { original: true, width: 1 } }, /original stands alone/);
  refused({ operations: { preset: 'card-2' } }, /^operations\.preset /);
  refused({ operations: { preset: '' } }, /^operations\.preset /);
  refused({ operations: { width: NaN } }, /^operations\.width /);
  refused({ operations: { width: -1 } }, /^operations\.width /);
  refused({ operations: { width: 1e21 } }, /^operations\.width /);
  refused({ operations: { blur: Infinity } }, /^operations\.blur /);
  refused({ operations: { crop: [0.1, -0.1, 1, 1] } }, /^operations\.crop /);
  refused({ operations: { background: 'red;x' } }, /^operations\.background /);
  refused({ operations: { texts: { 1: 'ä'.repeat(101) } } }, /200 bytes/);
});

test('numbers are written as the server keeps them', () => {
  assert.equal(writeOperations({ width: 400.9, height: 300.2 }), 'w_400-h_300');
  assert.equal(writeOperations({ dpr: 1.3333333 }), 'dpr_1.33');
  assert.equal(writeOperations({ width: 9, aspectRatio: 1.5 }), 'w_9-ar_1.5');
  assert.equal(writeOperations({ focalX: 1 / 3, focalY: 0 }), 'fx_0.3333-fy_0');
  assert.equal(writeOperations({ crop: [1 / 3, 0, 1, 0.00000001] }), 'crop_0.333333,0.0,1.0,0.0');
});

test('overlays are numbered, texts are base64url with ~ for -', () =>
  assert.equal(writeOperations({ overlays: ['badge', 'new_in', 'frame'], overlayDpr: 2, texts: { 1: 'Größe 50 % 🎉', 3: '', 2: '>>>???' } }),
    'o_badge-o2_new_in-o3_frame-odpr_2-t1_R3LDtsOfZSA1MCAlIPCfjok-t2_Pj4~Pz8_-t3_'));

test('nothing that is undefined is said', () => assert.equal(writeOperations({ width: 10, height: undefined, fit: null, flip: false }), 'w_10'));
