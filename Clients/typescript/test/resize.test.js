import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resize, srcset, WIDTHS } from '@imageservice/client';
import { pathTemplate, signUrl } from '@imageservice/client/sign';

const place = { baseUrl: 'https://images.example.com', organization: 'acme', tenant: 'website', space: 'marketing' };
const folder = '/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v3/';
const at = (src, change) => resize(folder + src, change).slice(folder.length);

test('the original and a bare picture become the size asked for', () => {
  assert.equal(at('original.png', { width: 640 }), 'fmt_auto-w_640.png');
  assert.equal(at('any.jpg', { width: 640, quality: 70 }), 'fmt_auto-w_640-q_70.jpg');
});

test('nothing asked for leaves the original', () => assert.equal(at('original.jpg', { format: false }), 'original.jpg'));

test('what the URL says stays where it stands, sizes are replaced', () => {
  assert.equal(at('preset_card-w_400-g_smart-bw.webp', { width: 828 }), 'preset_card-fmt_auto-w_828-g_smart-bw.webp');
  assert.equal(at('w_400-q_60-fmt_webp.jpg', { width: 200 }), 'fmt_webp-w_200-q_60.jpg');
  assert.equal(at('w_400-q_60-f_auto.jpg', { width: 200, quality: 90 }), 'fmt_auto-w_200-q_90.jpg');
  assert.equal(at('bw-f_cover-w_10.jpg', { width: 20 }), 'fmt_auto-w_20-bw-f_cover.jpg');
  assert.equal(at('w_10-o_badge-t1_SGk~.jpg', { width: 20, quality: 5 }), 'fmt_auto-w_20-q_5-o_badge-t1_SGk~.jpg');
  assert.equal(at('w_10.jpg', { width: 20, format: 'avif' }), 'fmt_avif-w_20.jpg');
  assert.equal(at('w_10.webp', { width: 20, format: false }), 'w_20.webp');
});

test('where both sides are said the shape stays', () => {
  assert.equal(at('w_800-h_600-f_cover.jpg', { width: 400 }), 'fmt_auto-w_400-h_300-f_cover.jpg');
  assert.equal(at('w_800-h_600-f_cover.jpg', { width: 400, height: 400 }), 'fmt_auto-w_400-h_400-f_cover.jpg');
  assert.equal(at('w_800-h_600.jpg', { width: 400, height: 100, fit: 'contain' }), 'fmt_auto-w_400-h_100-f_contain.jpg');
  assert.equal(at('h_600.jpg', { width: 400 }), 'fmt_auto-w_400.jpg');
  assert.equal(at('ar_16:9-w_800-dpr_2.jpg', { width: 400 }), 'fmt_auto-w_400-ar_16:9.jpg');
  assert.equal(at('w_800-h_600-dpr_2.jpg', { quality: 50 }), 'fmt_auto-w_800-h_600-q_50-dpr_2.jpg');
});

test('the short form needs a place', () => {
  assert.equal(resize('01KAVW3S8N2V4B6D8F0H2K4M6P/v3', { width: 640 }, place), `https://images.example.com${folder}fmt_auto-w_640.jpg`);
  assert.equal(resize('/01KAVW3S8N2V4B6D8F0H2K4M6P/v3/preset_card.png?x=1', { width: 640 }, place), `https://images.example.com${folder}preset_card-fmt_auto-w_640.png?x=1`);
  assert.equal(resize('01KAVW3S8N2V4B6D8F0H2K4M6P/v3', { width: 640 }), '01KAVW3S8N2V4B6D8F0H2K4M6P/v3');
});

test('what is no image of the service comes back unchanged', () => {
  for (const src of ['/logo.svg', 'https://example.com/a.jpg?w=1', '', 'data:image/png;base64,AAAA', `${folder}w_10`])
    assert.equal(resize(src, { width: 640 }, place), src);
});

test('one signature stays with every candidate, and covers it', async () => {
  const key = { kid: 'key_1', secret: 'qFzUfUdRAyjreopfC5tG4lUoYk_aFLtJd9-foPMtFBs', tenantId: '0193a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b' };
  const path = `${folder.replace('pub', 'priv')}preset_card-w_640-q_70-bw.jpg`;
  const signed = await signUrl(`https://images.example.com${path}`, key, { exp: 4102444800, scope: 'asset' });
  const candidates = srcset(signed, [320, 640]).split(', ').map(candidate => candidate.split(' '));
  assert.deepEqual(candidates.map(candidate => candidate[1]), ['320w', '640w']);
  for (const [url] of candidates) {
    assert.equal(new URL(url).search, new URL(signed).search);
    assert.equal(pathTemplate(new URL(url).pathname), pathTemplate(path));
  }
  assert.throws(() => resize(`${folder}w_1.jpg?sig=x&exp=1&kid=k`, { width: 2 }), /scope "asset"/);
});

test('a srcset has each width once, none above the original', () => {
  assert.equal(srcset(`${folder}w_9.jpg`, [640, 320, 1280, 2560], 1000),
    [320, 640, 1000].map(width => `${folder}fmt_auto-w_${width}.jpg ${width}w`).join(', '));
  assert.equal(srcset(`${folder}w_9.jpg`).split(', ').length, WIDTHS.length);
});
