// What has the focus may vanish or be switched off: a row that is deleted, a bar that closes, a button while it works. A keyboard would begin at the top
// of the page again and a screen reader say nothing; so the focus goes to what is nearest.
const PATIENCE = 1_000;
const PAUSE = 150;
const CONTROLS = 'a[href], button, input, select, textarea, [tabindex="0"]';

let last = null;
let around = [];
let waits = 0;

const isOff = element => element.matches(':disabled');
const isNowhere = () => document.activeElement === null || document.activeElement === document.body || document.activeElement === last;
const isLost = () => last !== null && (!last.isConnected || isOff(last)) && isNowhere();

function heading() {
  const head = document.querySelector('main h1');
  if (head && !head.hasAttribute('tabindex')) head.tabIndex = -1;
  return head;
}

/** Above what is gone: the table it stood in, else the page's heading; before what is switched off: the control that is not. */
function shelter() {
  const dialog = [...document.querySelectorAll('[role=dialog]')].at(-1);
  const kept = around.find(element => element.isConnected);
  if (!last.isConnected) return dialog ?? kept?.closest('[tabindex]') ?? heading();
  const before = [...(dialog ?? document).querySelectorAll(CONTROLS)].filter(control => !isOff(control) && control.tabIndex >= 0 && control.checkVisibility()
    && control.compareDocumentPosition(last) & Node.DOCUMENT_POSITION_FOLLOWING);
  return before.at(-1) ?? dialog ?? heading();
}

function look() {
  waits = 0;
  if (isLost()) shelter()?.focus({ preventScroll: true });
}

document.addEventListener('focusin', event => {
  last = event.target;
  around = [];
  for (let element = last.parentElement; element; element = element.parentElement) around.push(element);
});

new MutationObserver(() => {
  if (last === null || !isNowhere()) return;
  if (isLost()) waits ||= setTimeout(look, last.isConnected ? PATIENCE : PAUSE);
  else if (waits && last.isConnected && document.activeElement !== last) last.focus({ preventScroll: true }); // it worked, and is there again
}).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] });
