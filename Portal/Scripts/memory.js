// What is under way, kept over a reload in IndexedDB: names, sizes, where to and how far; no bytes and no credential.
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

export const remember = ({ id, name, size, modified, place, url, handle }) =>
  quietly(run('readwrite', store => store.put({ id, name, size, modified, place, url, handle, sent: 0, key })));

export const forget = id => quietly(run('readwrite', store => store.delete(id)));

export const remembered = async () => (await quietly(run('readonly', store => store.getAll()))) ?? [];
