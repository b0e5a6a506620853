// What is under way, kept over a reload in IndexedDB: names, sizes, addresses, where to, how far and in which tab; no bytes and no credential.
import { seen, self } from './tabs.js';

const open = () => new Promise((resolve, reject) => {
  const request = indexedDB.open('imageservice.uploads', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('rows', { keyPath: 'id' });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const run = async (mode, act) => {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const request = act(database.transaction('rows', mode).objectStore('rows'));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
};

// A browser that keeps nothing (a private window) uploads all the same; only a reload then forgets.
const quietly = promise => promise.catch(() => undefined);

const key = location.origin;

// A row is written only by a tab that others can see to live, lest they take it for torn off.
const write = act => quietly(seen.then(() => run('readwrite', act)));

export const remember = ({ id, kind, name, size, modified, place, url, handle, address, asset, whole, importId, turn }) =>
  write(store => store.put({ id, kind, name, size, modified, place, url, handle, address, asset, whole, importId, turn, sent: 0, key, tab: self }));

export const forget = id => write(store => store.delete(id));

export const remembered = async () => (await quietly(run('readonly', store => store.getAll()))) ?? [];

/**
 * Makes a row of a tab that is gone this tab's own. Transactions that write run one after another: of several tabs that ask, one gets it.
 * @returns {Promise<object|undefined>} The row as it was kept; nothing where another tab was quicker, or its file is done with.
 */
export async function claim({ id, tab }) {
  const kept = await write(store => {
    const read = store.get(id);
    read.addEventListener('success', () => { if (read.result && read.result.tab === tab) store.put({ ...read.result, tab: self }); });
    return read;
  });
  return kept && kept.tab === tab ? kept : undefined;
}
