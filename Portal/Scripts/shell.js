// Keys of the whole portal, and what is said while the circuit is cut.
import { isRunning, listen } from './queue.js';

let page = null;
let lead = 0;
const unsaid = [];

/** @param {any} layout Told of keys that the server must answer. */
export function shell(layout) {
  page = layout;
  for (const words of unsaid.splice(0)) tellLayout(...words);
  return { dispose: () => { page = null; } };
}

/** Said once the page listens. @param {string} method @param {any} word */
export function tellLayout(method, word) {
  if (page) page.invokeMethodAsync(method, word).catch(() => { /* the circuit is cut */ });
  else unsaid.push([method, word]);
}

const tell = name => { if (page) tellLayout('Shortcut', name); };
const press = selector => {
  const element = document.querySelector(selector);
  element?.click();
  return Boolean(element);
};

const KEYS = {
  '/': () => { const search = document.querySelector('[data-search] input, input[data-search]'); search ? search.focus() : tell('palette'); },
  u: () => press('input[data-uploads]'),
  c: () => press('[data-testid="copy"]'),
  j: () => press('[data-next]'),
  k: () => press('[data-previous]'),
  x: () => document.activeElement?.closest('[data-tile]')?.querySelector('input[type=checkbox]')?.click(),
  Delete: () => press('[data-delete]'),
  z: () => [...document.querySelectorAll('.mud-snackbar-action-button')].at(-1)?.click(), // of several the newest
  '?': () => tell('help'),
};

document.addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    tell('palette');
    return;
  }
  const field = event.target.closest?.('input:not([type=checkbox]), textarea, select, [contenteditable], [role=dialog], [role=listbox]');
  if (field || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (performance.now() - lead < 1000 && press(`a[data-go="${CSS.escape(event.key)}"]`)) { lead = 0; event.preventDefault(); return; }
  if (event.key === 'g') { lead = performance.now(); return; }
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// Blazor marks this element by classes of its own; here only what it cannot do: never give up, and reload only when nothing would be lost by it.
const bar = () => document.getElementById('components-reconnect-modal');
let again = 0;

document.addEventListener('components-reconnect-state-changed', event => {
  clearInterval(again);
  if (event.detail.state === 'failed') again = setInterval(() => globalThis.Blazor?.reconnect?.().catch(() => { /* not yet */ }), 5_000);
  if (event.detail.state === 'rejected') reloadWhenIdle();
}, true);

function reloadWhenIdle() {
  if (!isRunning()) { location.reload(); return; }
  bar()?.classList.add('uploads-first');
  const stop = listen(() => { if (!isRunning()) { stop(); location.reload(); } });
}
