// Over a slow line the page's answer to what was said before comes while a person types: the server cannot know yet, and would write over the letters. From
// the first letter until the field is left, or a key or click asks for an answer, what is written into a typed field is what its person types.

const ANSWERED = new Set(['Enter', 'Escape']);
let held = null;

function hold(field) {
  if (held === field) return;
  release();
  const { get } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value');
  Object.defineProperty(field, 'value', { configurable: true, get, set() {} });
  held = field;
}

function release() {
  if (held) delete held.value;
  held = null;
}

addEventListener('input', event => {
  if (event.isTrusted && event.target.closest('.typed-field')) hold(event.target);
}, true);
addEventListener('focusout', release, true);
addEventListener('pointerdown', release, true);
addEventListener('keydown', event => {
  if (ANSWERED.has(event.key)) release();
}, true);
