// A list that is drawn only where it is looked at: how its tiles stand, and where in it a person was, for Back and for a page that is loaded anew.

const SETTLED = 150; // ms
const BARS = 140; // px of what sticks to the screen's top

let comesBack = ['reload', 'back_forward'].includes(performance.getEntriesByType('navigation')[0]?.type);
addEventListener('popstate', () => { comesBack = true; });
document.addEventListener('click', () => { comesBack = false; }, true);

const key = () => `list ${location.pathname}${location.search}`;

/** The place where the list at this address was left, once; null for who comes to it anew. */
export function placeBefore() {
  const place = comesBack ? JSON.parse(sessionStorage.getItem(key()) ?? 'null') : null;
  comesBack = false;
  return place;
}

/** @param {any} page Told by `Seen` of columns, px from row to row, first row and rows on the screen, and the tile with the focus. */
export function watchTiles(page) {
  let [told, telling, again, frame, settled, width] = ['', false, false, 0, 0, 0];
  let known = null; // the list, as the page knows it
  let stands = null; // what was first on the screen, and by how much above it
  const list = () => document.querySelector('[data-tiles]');

  function measure() {
    const tiles = list();
    const items = [...tiles?.children ?? []].filter(item => !item.classList.contains('held'));
    if (!items.length) return null;
    const style = getComputedStyle(tiles);
    const columns = style.gridTemplateColumns.split(' ').length;
    const last = Math.ceil(items.length / columns) - 1;
    const from = items[0].getBoundingClientRect().top;
    const pitch = last > 0 ? (items[last * columns].getBoundingClientRect().top - from) / last : items[0].offsetHeight + parseFloat(style.rowGap);
    const top = tiles.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / pitch));
    const rows = Math.max(1, Math.floor((innerHeight - top) / pitch) - first + 1);
    return { columns, pitch: Math.round(pitch * 64) / 64, first, rows, top, offset: Math.round(-top - first * pitch) };
  }

  async function tell() {
    if (telling) { again = true; return; }
    const seen = measure();
    if (!seen) return;
    const focused = (Number(document.activeElement?.closest('[data-tiles] > li')?.ariaPosInSet) || 0) - 1;
    const now = [seen.columns, seen.pitch, seen.first, seen.rows, focused];
    if (String(now) === told) return;
    [told, telling] = [String(now), true];
    try {
      await page.invokeMethodAsync('Seen', ...now);
    } catch {
      told = ''; // the circuit is cut
    }
    telling = false;
    if (again) { again = false; await tell(); }
  }

  function remember() {
    clearTimeout(settled);
    const seen = measure();
    if (!seen) return;
    stands = { first: seen.first * seen.columns, offset: seen.offset };
    if (known) sessionStorage.setItem(key(), JSON.stringify({ ...known, ...stands, columns: seen.columns, pitch: seen.pitch, rows: seen.rows }));
  }

  const look = () => { frame ||= requestAnimationFrame(() => { frame = 0; tell(); }); };
  const moved = () => { look(); clearTimeout(settled); settled = setTimeout(remember, SETTLED); };
  const leaves = event => { if (event.target instanceof Element && event.target.closest('[data-tiles] a')) remember(); };

  // The same tile stays first where rows get longer or shorter; the second time the tiles stand as the page knows by then.
  async function goTo(index, offset) {
    for (let turn = 0; turn < 2; turn++) {
      const seen = measure();
      if (!seen) return;
      const row = Math.floor(index / seen.columns);
      await page.invokeMethodAsync('Seen', seen.columns, seen.pitch, row, seen.rows, -1).catch(() => { /* the circuit is cut */ });
      scrollTo({ top: scrollY + seen.top + row * seen.pitch + offset, behavior: 'instant' });
    }
    moved();
  }

  function top() {
    const seen = measure();
    if (seen && seen.top < 0) scrollBy({ top: seen.top - BARS, behavior: 'instant' });
    moved();
  }

  const sizes = new ResizeObserver(() => {
    const now = list()?.clientWidth ?? 0;
    if (width && now !== width && stands?.first) goTo(stands.first, stands.offset); else look();
    width = now;
  });
  const events = { scroll: moved, resize: look, focusin: look, pagehide: remember };
  for (const [name, listener] of Object.entries(events)) addEventListener(name, listener, { passive: true });
  document.addEventListener('click', leaves, true);
  if (list()) sizes.observe(list());

  return {
    goTo,
    top,
    /** @param {object} place What the page knows of its list. */
    know: place => { known = place; moved(); },
    dispose: () => {
      clearTimeout(settled);
      cancelAnimationFrame(frame);
      sizes.disconnect();
      for (const [name, listener] of Object.entries(events)) removeEventListener(name, listener);
      document.removeEventListener('click', leaves, true);
    },
  };
}
