// The upload queue of this tab: files go by tus straight to the Api, three at a time, and none is lost to a cut, a restart or a reload.
// What another tab runs is its own as long as it lives; what it leaves unfinished is offered in every tab that is left, and the first that takes it has it.
import { claim, forget, remember, remembered } from './memory.js';
import { helpOf, isFinal, problemOf } from './refusals.js';
import { living, self, tellOthers, unique, whenGone, whenTold } from './tabs.js';
import { ticketFor } from './tickets.js';
import { needsFile, send as way } from './ways.js';

const AT_ONCE = 3;
const LONGEST_WAIT = 30_000;
const FIRST_WAIT = 1_000;

/**
 * @typedef {{ organization: string, tenant: string, space: string, spaceName: string, folder: string }} Place
 * @typedef {'waiting'|'sending'|'checking'|'importing'|'in'|'there'|'refused'|'offline'|'paused'|'cancelled'|'lost'} State
 * @typedef {{ id: string, kind?: 'archive'|'address'|'version', name: string, size: number, modified?: number, place: Place, state: State, sent: number,
 *   problem?: string, help?: string, code?: string, assetId?: string, storedName?: string, url?: string|null, tries: number, file?: File, handle?: FileSystemFileHandle,
 *   address?: string, asset?: string, whole?: boolean, importId?: string, turn?: number, of?: number, counts?: Record<string, number>,
 *   failures?: { name: string, detail: string }[], stop?: () => void, timer?: number, tab?: string, taking?: boolean }} Row
 */

/** @type {Map<string, Row>} */
const rows = new Map();
const listeners = new Set();
let pausedAll = false;

export const all = () => [...rows.values()];
export const isPaused = () => pausedAll;
export const isRunning = () => all().some(row => ['waiting', 'sending', 'checking', 'offline'].includes(row.state));
export const isUnfinished = row => ['waiting', 'sending', 'checking', 'importing', 'offline', 'paused', 'lost'].includes(row.state);

/** @param {(row: Row|null) => void} listener */
export const listen = listener => { listeners.add(listener); return () => listeners.delete(listener); };
const tell = row => { for (const listener of listeners) listener(row); };

/** Takes files in; one that a reload had torn off goes on where it was. @param {{ file: File, path?: string, handle?: FileSystemFileHandle }[]} files @param {Place} place */
export function add(files, place) {
  const taken = files.map(one => take(one, place));
  pump();
  Promise.all(taken).then(() => { pump(); tellOthers(); });
}

async function take({ file, path, handle }, place) {
  const kind = place.asset ? 'version' : isArchive(file) ? 'archive' : undefined;
  const torn = all().find(row => row.state === 'lost' && !row.taking && row.kind === kind && row.asset === place.asset
    && row.name === file.name && row.size === file.size && row.place.organization === place.organization);
  if (torn && await takeUp(torn, file, handle)) return;
  await enter({
    id: unique(), kind, name: file.name, size: file.size, modified: file.lastModified, tries: 0, sent: 0, state: 'waiting', file, handle, asset: place.asset,
    place: { ...place, folder: joined(place.folder, path ?? '') },
  });
}

const isArchive = file => file.name.toLowerCase().endsWith('.zip') || ['application/zip', 'application/x-zip-compressed'].includes(file.type);

/** Has the service fetch images. @param {string[]} addresses @param {Place} place */
export function addAddresses(addresses, place) {
  const entered = addresses.map(address => enter({ id: unique(), kind: 'address', name: address, address, size: 0, tries: 0, sent: 0, state: 'waiting', place }));
  pump();
  Promise.all(entered).then(tellOthers);
}

function enter(row) {
  rows.set(row.id, row);
  tell(row);
  return remember(row);
}

/** Goes on with a row of a tab that is gone, unless another tab does already. @returns {Promise<boolean>} */
async function takeUp(row, file, handle) {
  row.taking = true;
  const kept = await claim(row);
  row.taking = false;
  if (!kept) { drop(row); return false; }
  Object.assign(row, { file, handle: handle ?? row.handle, url: kept.url, state: 'waiting', problem: undefined });
  await enter(row);
  pump();
  return true;
}

function drop(row) {
  rows.delete(row.id);
  tell(null);
}

const joined = (folder, path) => path ? `${folder === '/' ? '' : folder}/${path}` : folder;

export function pause(id) {
  const row = rows.get(id);
  if (!row || !isUnfinished(row) || ['lost', 'importing'].includes(row.state)) return;
  stop(row);
  set(row, 'paused');
  pump();
}

export function resume(id) {
  const row = rows.get(id);
  if (!row || !['paused', 'refused', 'offline'].includes(row.state) || !canGoOn(row)) return;
  clearTimeout(row.timer);
  row.tries = 0;
  if (row.state === 'refused') row.turn = (row.turn ?? 0) + 1;
  set(row, 'waiting');
  pump();
}

export function pauseAll(paused) {
  pausedAll = paused;
  for (const row of all()) {
    if (paused && ['waiting', 'sending', 'offline'].includes(row.state)) pause(row.id);
    else if (!paused && row.state === 'paused') resume(row.id);
  }
  tell(null);
}

/** Gives a file up; what the Api has of it is removed there. @param {string} id */
export async function cancel(id) {
  const row = rows.get(id);
  if (!row || row.taking) return;
  if (row.state === 'lost') {
    const kept = await claim(row);
    if (!kept) { drop(row); return; }
    row.url = kept.url;
    tellOthers();
  }
  stop(row);
  forget(row.id);

  // What the service is bringing in it brings in: only the look at it ends.
  if (row.importId) { drop(row); pump(); return; }
  const url = row.url;
  set(row, 'cancelled');
  pump();
  if (!url) return;
  try {
    const { ticket } = await ticketFor(row.place);
    await fetch(url, { method: 'DELETE', headers: { Authorization: `Bearer ${ticket}`, 'Tus-Resumable': '1.0.0' } });
  } catch {
    // An upload that nobody goes on with is swept by the Api.
  }
}

/** Takes ended rows off the list. */
export function clear() {
  for (const row of all()) {
    if (isUnfinished(row)) continue;
    rows.delete(row.id);
    forget(row.id);
  }
  tell(null);
}

const canGoOn = row => Boolean(row.file) || !needsFile(row);

/** Refused ones that another try could bring in. */
export const isRepeatable = row => row.state === 'refused' && canGoOn(row) && !isFinal(row.code);
export const retryRefused = () => all().filter(isRepeatable).forEach(row => resume(row.id));

function stop(row) {
  clearTimeout(row.timer);
  row.stop?.();
  row.stop = undefined;
}

function set(row, state, changes = {}) {
  Object.assign(row, changes, { state });
  tell(row);
}

function pump() {
  let free = AT_ONCE - all().filter(row => row.state === 'sending' || row.state === 'checking').length;
  for (const row of all()) {
    if (free <= 0) return;
    if (row.state !== 'waiting' || !canGoOn(row)) continue;
    free--;
    set(row, 'sending');
    send(row);
  }
}

async function send(row) {
  let access;
  try {
    access = await ticketFor(row.place);
  } catch (problem) {
    return settle(row, problem);
  }
  if (row.state !== 'sending') return;
  if (row.kind !== 'archive' && row.size > access.maxUploadBytes) {
    return refuse(row, { code: 'payload_too_large', detail: `It has ${row.size.toLocaleString()} bytes; at most ${access.maxUploadBytes.toLocaleString()} are taken here.` });
  }
  row.stop = way(row, access, {
    keep: () => { if (isUnfinished(row)) remember(row); },
    progress: (sent, total) => {
      row.sent = total ? sent / total : 0;
      row.tries = 0;
      if (row.state === 'sending' && sent === total) row.state = 'checking';
      tell(row);
    },
    importing: ({ total, imported, deduplicated, failed }) => {
      const first = row.state !== 'importing';
      set(row, 'importing', { tries: 0, file: undefined, sent: total ? (imported + deduplicated + failed) / total : 0, of: total });
      if (first) pump();
    },
    done: outcome => succeed(row, outcome),
    failed: problem => settle(row, problem),
  });
}

function succeed(row, outcome) {
  if (!outcome.assetId && !outcome.counts) return settle(row, { status: 0, detail: 'The service did not say what became of the file.' });
  const { there, ...told } = outcome;
  const twin = row.kind !== 'version' && told.assetId && all().find(other => other !== row && other.assetId === told.assetId && other.state === 'in');
  forget(row.id);
  set(row, there || twin ? 'there' : 'in', { ...told, sent: 1, problem: undefined });
  row.file = undefined;
  pump();
}

/** After a failure: try again where that can help, else refuse. */
function settle(row, problem) {
  if (['paused', 'cancelled'].includes(row.state)) return;
  if (problem.status === 404 || problem.status === 410) {
    // The Api no longer knows the upload: begin it anew, once.
    if (row.url && row.file && row.tries < 5) return again(row, { url: null, whole: undefined });
  }
  if (isFinal(problem.code) || (problem.status >= 400 && problem.status < 500 && ![401, 408, 409, 423, 429].includes(problem.status))) return refuse(row, problem);
  again(row, { problem: problem.detail });
}

function again(row, changes) {
  row.stop = undefined;
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** row.tries) * (0.75 + Math.random() / 4);
  set(row, 'offline', { ...changes, tries: row.tries + 1 });
  row.timer = setTimeout(() => { if (row.state === 'offline') { set(row, 'waiting'); pump(); } }, wait);
  pump();
}

function refuse(row, problem) {
  forget(row.id);
  set(row, 'refused', { problem: problem.detail ?? `The service answered ${problem.status}.`, code: problem.code, help: helpOf(problem.code, row.kind), url: null, whole: undefined, stop: undefined });
  pump();
}

// The browser knows first that it is back.
addEventListener('online', () => all().filter(row => row.state === 'offline').forEach(row => resume(row.id)));

/** What a reload or the end of a tab tore off: what needs no file goes on, files with a handle once the person allows it, the others once they are chosen again. */
async function look() {
  // Who lives is asked after the rows are read: whoever wrote one lived by then, and who does not any more is gone for good.
  const kept = await remembered();
  const tabs = await living();
  const torn = new Map();
  for (const row of kept.filter(row => row.tab !== self)) {
    if (tabs.has(row.tab)) whenGone(row.tab, lookAgain);
    else torn.set(row.id, row);
  }
  for (const row of all()) if (row.state === 'lost' && !row.taking && !torn.has(row.id)) rows.delete(row.id);
  for (const row of torn.values()) {
    const shown = rows.get(row.id);
    if (!shown) rows.set(row.id, { ...row, tries: 0, state: 'lost' });
    else if (shown.state === 'lost' && !shown.taking) shown.tab = row.tab;
  }
  tell(null);
  await reopenAll(false);
}

// One look after another: the last begins after the last word.
let looking = Promise.resolve();
let pending = false;
function lookAgain() {
  if (pending) return;
  pending = true;
  looking = looking.then(() => { pending = false; return look(); }).catch(() => { /* nothing is shown then but what this tab runs */ });
}

whenTold(lookAgain);
lookAgain();

/** @param {Row} row @param {boolean} ask Whether the person may be asked: only on a click. */
async function reopen(row, ask) {
  if (row.state !== 'lost' || row.taking) return;
  if (!needsFile(row)) { if (await takeUp(row)) tellOthers(); return; }
  if (!row.handle) return;
  try {
    const may = ask ? await row.handle.requestPermission({ mode: 'read' }) : await row.handle.queryPermission({ mode: 'read' });
    if (may !== 'granted') return;
    const file = await row.handle.getFile();
    if (file.size === row.size && file.lastModified === row.modified && row.state === 'lost' && !row.taking && await takeUp(row, file)) tellOthers();
  } catch {
    // Moved or removed meanwhile: it must be chosen again.
  }
}

/** Goes on with what has a handle. */
export async function reopenAll(ask = true) {
  for (const row of all()) await reopen(row, ask);
}
