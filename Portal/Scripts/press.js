// An answer may come between the press of a button and its release, and move it away from under the pointer: the browser then sees no click. It was one.

const SLIP = 8; // px that a pointer may move and still mean the same button
let pressed = null;

addEventListener('pointerdown', event => {
  const button = event.isPrimary && event.button === 0 ? event.target.closest?.('button, a[href], [role=button]') : null;
  pressed = button && { button, x: event.clientX, y: event.clientY };
}, true);
addEventListener('pointerup', event => {
  const press = pressed;
  pressed = null;
  if (!press?.button.isConnected || press.button.contains(event.target)) return;
  if (Math.hypot(event.clientX - press.x, event.clientY - press.y) <= SLIP) press.button.click();
}, true);
addEventListener('pointercancel', () => { pressed = null; }, true);
