// What stands typed in a page when its circuit is lost for good is put back once the page is loaded anew: into the same fields, and into the dialog that was
// open, which is opened again by the button that had opened it. It is kept for this tab, person and address alone; secrets are not kept at all. A page that is
// loaded anew while all is well forgets as any other does.
import { tellLayout } from './shell.js';

const PREFIX = 'typed ';
const KEPT_MS = 60 * 60 * 1000;
const LOOKED_FOR_MS = 5_000; // how long a page may take until the button that opens the dialog is there
const SELECT = '.mud-select:not(.mud-input-control)'; // its inner part has the class, too
const FIELDS = `input, textarea, ${SELECT}`;
const NEVER = '[type=password], [type=file], [type=hidden], [autocomplete*=password], [autocomplete=one-time-code], [data-never-kept]';
const PRESSED = 'button, a[href], [role=button], [role=menuitem]';

/**
 * @typedef {{ name: string, nth: number }} Named
 * @typedef {Named & { kind: 'text'|'check'|'choice', value: string|boolean }} Kept
 * @typedef {{ title: string|null, fields: Kept[], parts: string[], opener?: Named|null }} Scope The page's own fields (without a title), or a dialog's.
 */

const address = () => `${PREFIX}${location.pathname}${location.search}`;
const person = () => document.querySelector('[data-person]')?.getAttribute('data-person') ?? null;
const dialogs = () => [...document.querySelectorAll('.mud-dialog')];
const titleOf = dialog => dialog.querySelector('.mud-dialog-title')?.textContent.trim() ?? '';
const rootOf = title => title === null ? document.getElementById('content') : dialogs().find(dialog => titleOf(dialog) === title);
const textOf = element => element.textContent.replace(/\s+/g, ' ').trim();
const partsOf = root => [...root.querySelectorAll('[data-part]')].map(part => part.dataset.part);

// ---- Fields, told apart by what a person calls them.

const kindOf = field => field.matches(SELECT) ? 'choice' : ['checkbox', 'radio'].includes(field.type) ? 'check' : 'text';
const nameOf = field => field.closest('[data-field]')?.dataset.field ?? (textOf(field.labels?.[0] ?? field.querySelector?.('label') ?? { textContent: '' }) || field.ariaLabel
  || field.placeholder || '');
const valueOf = {
  text: field => field.value,
  check: field => field.checked,
  choice: field => textOf(field.querySelector('div.mud-input-slot') ?? { textContent: field.querySelector('input')?.value ?? '' }),
};

/** @returns {(Kept & { field: any })[]} Every field that may be kept, in the order of the page. */
function fieldsOf(root) {
  const counts = new Map();
  return [...root.querySelectorAll(FIELDS)]
    .filter(field => !field.matches(NEVER) && (field.matches(SELECT) || !field.closest(SELECT)))
    .map(field => {
      const [kind, name] = [kindOf(field), nameOf(field)];
      const nth = counts.get(kind + name) ?? 0;
      counts.set(kind + name, nth + 1);
      return { field, kind, name, nth, value: valueOf[kind](field) };
    });
}

// ---- What a person touched, and how the circuit is.

const touched = new WeakSet();
let cut = false;
let opener = null;

const touch = event => { if (event.isTrusted && event.target.matches?.('input, textarea')) touched.add(event.target); };
addEventListener('input', touch, true);
addEventListener('change', touch, true);
addEventListener('keydown', event => { const choice = event.target.closest?.(SELECT); if (choice) touched.add(choice); }, true);
addEventListener('click', event => {
  if (!event.isTrusted || !(event.target instanceof Element)) return;

  // A select's items stand elsewhere on the page; their box and the select's share an id.
  const list = event.target.closest('[id^=popovercontent-]');
  const choice = list && document.getElementById(list.id.replace('popovercontent-', 'popover-'))?.closest(SELECT);
  if (choice) touched.add(choice);
  const button = event.target.closest(PRESSED);
  if (button && !choice && !button.closest('.mud-dialog')) opener = named(button);
}, true);

const wordsOf = button => button.dataset.testid ?? button.ariaLabel ?? textOf(button);
const alike = words => [...document.querySelectorAll(PRESSED)].filter(button => wordsOf(button) === words);
const named = button => ({ name: wordsOf(button), nth: alike(wordsOf(button)).indexOf(button) });

document.addEventListener('components-reconnect-state-changed', event => { cut = event.detail.state !== 'hide'; }, true);
addEventListener('pagehide', () => { if (cut) keep(); });
document.addEventListener('submit', event => {
  if (event.target.getAttribute('action') !== '/sign-out') return;
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}, true);

function keep() {
  const scopes = [null, ...dialogs().map(titleOf)].map((title, at) => {
    const root = rootOf(title);
    const fields = root ? fieldsOf(root).filter(({ field }) => touched.has(field)).map(({ field, ...kept }) => kept) : [];
    return { title, fields, parts: root && title !== null ? partsOf(root) : [], opener: at === 1 ? opener : null };
  }).filter(scope => scope.fields.length > 0);
  const left = (read()?.scopes ?? []).filter(scope => scopes.every(now => now.title !== scope.title));
  if (scopes.length > 0) write({ at: Date.now(), person: person(), scopes: [...scopes, ...left] });
}

// ---- Kept and put back.

/** @returns {{ at: number, person: string|null, scopes: Scope[] }|null} */
function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(address()) ?? 'null');
    if (kept && Date.now() - kept.at < KEPT_MS && kept.person === person()) return kept;
  } catch {
    // Not ours, or no storage.
  }
  return null;
}

function write(kept) {
  try {
    if (kept.scopes.length > 0) sessionStorage.setItem(address(), JSON.stringify(kept));
    else sessionStorage.removeItem(address());
  } catch {
    // A browser that keeps nothing.
  }
}

let [lookedAt, pressedAt, since] = ['', '', 0];
let choosing = null;

const watch = new MutationObserver(() => look());
if (Object.keys(sessionStorage).some(key => key.startsWith(PREFIX))) {
  watch.observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-interactive', 'disabled'] });
}

function look() {
  if (!document.querySelector('main[data-interactive=true]')) return;
  const kept = read();
  if (!kept) return;
  if (lookedAt !== address()) {
    [lookedAt, since] = [address(), performance.now()];
    setTimeout(() => sayWhatWaits(), LOOKED_FOR_MS);
  }
  const before = count(kept);
  for (const scope of kept.scopes) putBack(scope);
  kept.scopes = kept.scopes.filter(scope => scope.fields.length > 0);
  if (count(kept) === before) return;
  write(kept);
  if (kept.scopes.length === 0) tellLayout('TypedIsBack', null);
}

const count = kept => kept.scopes.reduce((sum, scope) => sum + scope.fields.length, 0);

function sayWhatWaits() {
  const waiting = lookedAt === address() ? read()?.scopes.find(scope => scope.title !== null && !rootOf(scope.title)) : null;
  if (waiting) tellLayout('TypedIsBack', waiting.title);
}

/** @param {Scope} scope What could be put back is no longer in it afterwards. */
function putBack(scope) {
  const root = rootOf(scope.title);
  if (!root) { open(scope); return; }
  if (!complete(root, scope.parts)) return;
  const there = fieldsOf(root);
  scope.fields = scope.fields.filter(kept => {
    const now = there.find(one => one.kind === kept.kind && one.name === kept.name && one.nth === kept.nth);
    return !now || !(now.value === kept.value || put[kept.kind](now.field, kept.value));
  });
}

function open(scope) {
  if (!scope.opener || pressedAt === address() || dialogs().length > 0 || performance.now() - since > LOOKED_FOR_MS) return;
  const button = alike(scope.opener.name)[scope.opener.nth];
  if (!button || button.disabled) return;
  opener = scope.opener;
  pressedAt = address();
  button.click();
}

/** Adds the parts that a form had (an overlay's elements), one after the other. @returns {boolean} Whether all are there, or cannot be made. */
function complete(root, parts) {
  const there = partsOf(root);
  if (there.length >= parts.length || there.some((part, at) => part !== parts[at])) return true;
  if (root.dataset.adding !== String(there.length)) {
    root.dataset.adding = String(there.length);
    root.querySelector(`[data-adds="${CSS.escape(parts[there.length])}"]`)?.click();
  }
  return false;
}

/** Each tells the page's bindings as if a person had done it. @type {Record<string, (field: any, value: any) => boolean>} */
const put = {
  text: (field, value) => {
    if (field.disabled || field.readOnly) return false;
    field.value = value;
    touched.add(field);
    for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }));
    field.dispatchEvent(new FocusEvent('blur'));
    field.dispatchEvent(new FocusEvent('focusout', { bubbles: true }));
    return true;
  },
  check: (field, value) => {
    if (field.disabled) return false;
    touched.add(field);
    if (field.checked !== value) field.click();
    return true;
  },
  choice: (field, value) => {
    if (choosing?.isConnected && choosing !== field) return false;
    const press = () => field.querySelector('.mud-input-control')?.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, button: 0 }));
    const list = document.getElementById((field.querySelector('[id^=popover-]')?.id ?? '').replace('popover-', 'popovercontent-'));
    const items = [...(list?.querySelectorAll('.mud-list-item') ?? [])];
    if (items.length === 0) {
      if (choosing !== field) press();
      choosing = field;
      return false;
    }
    choosing = null;
    touched.add(field);
    const item = items.find(one => textOf(one) === value);
    if (item) item.click();
    else press(); // it is no choice any more: closed as it was
    return true;
  },
};
