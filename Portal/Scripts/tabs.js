// Which tabs of this browser live: each holds a lock as long as it does, and the browser lets go of it however the tab ends.
const PREFIX = 'imageservice.tab.';
const channel = new BroadcastChannel('imageservice.uploads');

// A page without TLS has no locks: there every other tab counts as gone.
const locks = navigator.locks;
const watched = new Set();

/** A name that nobody else has; crypto.randomUUID is not there without TLS. */
export const unique = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

/** This tab, until it is loaded anew. */
export const self = unique();

/** Settled once the others can see that this tab lives. */
export const seen = new Promise(settle => {
  if (!locks) { settle(); return; }
  locks.request(PREFIX + self, () => { settle(); return new Promise(() => { /* until the tab ends */ }); }).catch(settle);
});

/** @returns {Promise<Set<string>>} Those that wait for another's end hold its lock for a moment, shared, and are not counted. */
export async function living() {
  const { held = [] } = await locks?.query() ?? {};
  return new Set(held.filter(lock => lock.mode === 'exclusive' && lock.name.startsWith(PREFIX)).map(lock => lock.name.slice(PREFIX.length)));
}

/** @param {string} tab @param {() => void} act */
export function whenGone(tab, act) {
  if (watched.has(tab)) return;
  watched.add(tab);
  locks.request(PREFIX + tab, { mode: 'shared' }, () => watched.delete(tab)).then(act, () => watched.delete(tab));
}

/** Has the other tabs look again at what is remembered. */
export const tellOthers = () => channel.postMessage('changed');

/** @param {() => void} act */
export const whenTold = act => channel.addEventListener('message', act);
