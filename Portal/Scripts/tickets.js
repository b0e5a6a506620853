// Short-lived credentials for one space, lent by the portal to whoever is signed in. They stay in memory.
const MARGIN = 60_000;
const known = new Map();

/** @param {import('./queue.js').Place} place */
export function ticketFor(place) {
  const address = `/o/${encodeURIComponent(place.organization)}/${encodeURIComponent(place.tenant)}/${encodeURIComponent(place.space)}/upload-ticket`;
  const held = known.get(address);
  if (held && held.until > Date.now()) return held.promise;
  const promise = ask(address);
  const entry = { promise, until: Date.now() + MARGIN };
  known.set(address, entry);
  promise.then(answer => { entry.until = Date.parse(answer.expiresAt) - MARGIN; }, () => known.delete(address));
  return promise;
}

async function ask(address) {
  let response;
  try {
    response = await fetch(address, { method: 'POST', redirect: 'manual', headers: { Accept: 'application/json' } });
  } catch {
    throw { status: 0, detail: 'The connection broke.' };
  }
  if (response.type === 'opaqueredirect' || response.status === 401) throw { status: 401, detail: 'Your session has ended. Sign in again in another tab; this goes on by itself.' };
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw { status: response.status, detail: problem.detail ?? problem.title, code: problem.code };
  }
  return response.json();
}
