import assert from 'node:assert/strict';
import { test } from 'node:test';
import { angularLoader } from '@imageservice/client/angular';
import astro from '@imageservice/client/astro';
import { nextLoader } from '@imageservice/client/next';
import nuxt, { getImage } from '@imageservice/client/nuxt';
import { transform } from '@imageservice/client/unpic';

const place = { baseUrl: 'https://images.example.com', organization: 'acme', tenant: 'website', space: 'marketing' };
const short = '01KAVW3S8N2V4B6D8F0H2K4M6P/v3';
const url = text => `https://images.example.com/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v3/${text}`;

test('next', () => {
  assert.equal(nextLoader(place)({ src: short, width: 828 }), url('fmt_auto-w_828.jpg'));
  assert.equal(nextLoader()({ src: url('original.png'), width: 828, quality: 75 }), url('fmt_auto-w_828-q_75.png'));
  assert.equal(nextLoader(place)({ src: '/logo.svg', width: 64 }), '/logo.svg');
});

test('Nuxt Image, as version 1 and 2 ask', () => {
  const { baseUrl, ...options } = place;
  const context = { baseURL: baseUrl, ...options, modifiers: { width: '320', height: 200, quality: 60, format: 'webp', fit: 'cover' } };
  assert.deepEqual(getImage(short, context), { url: url('fmt_webp-w_320-h_200-f_cover-q_60.jpg') });
  assert.deepEqual(nuxt().getImage(short, context), getImage(short, context));
  assert.deepEqual(getImage(url('original.jpg'), { modifiers: {} }), { url: url('fmt_auto.jpg') });
  assert.deepEqual(getImage('/logo.svg'), { url: '/logo.svg' });
});

test('Astro', () => {
  const config = { service: { config: place } };
  const options = { src: short, width: 400, height: 300, fit: 'cover', alt: 'A chair', quality: null };
  assert.equal(astro.getURL(options, config), url('fmt_auto-w_400-h_300-f_cover.jpg'));
  assert.equal(astro.getURL({ ...options, fit: 'scale-down' }, config), url('fmt_auto-w_400-h_300.jpg'));
  assert.equal(astro.getURL({ src: { src: '/_astro/a.png', width: 1, height: 1, format: 'png' } }, config), '/_astro/a.png');
  const set = astro.getSrcSet({ ...options, widths: [200, 800, 1600] }, config);
  assert.deepEqual(set.map(({ descriptor, transform }) => [descriptor, astro.getURL(transform, config)]),
    [['200w', url('fmt_auto-w_200-h_150-f_cover.jpg')], ['800w', url('fmt_auto-w_800-h_600-f_cover.jpg')]]);
  assert.deepEqual(astro.getHTMLAttributes(options, config), { alt: 'A chair', width: 400, height: 300, loading: 'lazy', decoding: 'async' });
  assert.equal(astro.validateOptions(options, config), options);
});

test('Angular', () => {
  const load = angularLoader(place);
  assert.equal(load({ src: short, width: 640 }), url('fmt_auto-w_640.jpg'));
  assert.equal(load({ src: short, width: 30, isPlaceholder: true }), url('fmt_auto-w_30-q_30.jpg'));
  assert.equal(load({ src: short, width: 640, loaderParams: { quality: 50, format: 'webp' } }), url('fmt_webp-w_640-q_50.jpg'));
});

test('unpic', () => {
  assert.equal(transform(short, { width: 640, height: '480' }, place), url('fmt_auto-w_640-h_480.jpg'));
  assert.equal(transform(new URL(url('w_9-h_9-bw.jpg')), { width: 300 }, {}), url('fmt_auto-w_300-h_300-bw.jpg'));
});
