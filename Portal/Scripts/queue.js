// The upload queue of this tab: files go by tus straight to the Api, three at a time, and none is lost to a cut, a restart or a reload.
// What another tab runs is its own as long as it lives; what it leaves unfinished is offered in every tab that is left, and the first that takes it has it.
import { Upload } from 'tus-js-client';
import { claim, forget, remember, remembered } from './memory.js';
import { helpOf, isFinal, problemOf } from './refusals.js';
import { living, self, tellOthers, unique, whenGone, whenTold } from './tabs.js';
import { ticketFor } from './tickets.js';

const AT_ONCE = 3;
const LONGEST_WAIT = 30_000;
const FIRST_WAIT = 1_000;
const CHUNK = 8 * 1024 * 1024;

/**
 * @typedef {{ organization: string, tenant: string, space: string, spaceName: string, folder: string }} Place
 * @typedef {'waiting'|'sending'|'checking'|'in'|'there'|'refused'|'offline'|'paused'|'cancelled'|'lost'} State
 * @typedef {{ id: string, name: string, size: number, modified: number, place: Place, state: State, sent: number, problem?: string, help?: string, code?: string, assetId?: string,
 *   storedName?: string, url?: string|null, tries: number, file?: File, handle?: FileSystemFileHandle, upload?: Upload, timer?: number,
 *   tab?: string, taking?: boolean }} Row
 */

/** @type {Map<string, Row>} */
const rows = new Map();
const listeners = new Set();
let pausedAll = false;

export const all = () => [...rows.values()];
export const isPaused = () => pausedAll;
export const isRunning = () => all().some(row => ['waiting', 'sending', 'checking', 'offline'].includes(row.state));
export const isUnfinished = row => ['waiting', 'sending', 'checking', 'offline', 'paused', 'lost'].includes(row.state);

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
  const torn = all().find(row => row.state === 'lost' && !row.taking
    && row.name === file.name && row.size === file.size && row.place.organization === place.organization);
  if (torn && await takeUp(torn, file, handle)) return;
  await enter({
    id: unique(), name: file.name, size: file.size, modified: file.lastModified, tries: 0, sent: 0, state: 'waiting', file, handle,
    place: { ...place, folder: joined(place.folder, path ?? '') },
  });
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
  if (!row || !isUnfinished(row) || row.state === 'lost') return;
  stop(row);
  set(row, 'paused');
  pump();
}

export function resume(id) {
  const row = rows.get(id);
  if (!row || !['paused', 'refused', 'offline'].includes(row.state) || !row.file) return;
  clearTimeout(row.timer);
  row.tries = 0;
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
  const url = row.upload?.url ?? row.url;
  set(row, 'cancelled');
  forget(row.id);
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

/** Refused ones that another try could bring in. */
export const isRepeatable = row => row.state === 'refused' && Boolean(row.file) && !isFinal(row.code);
export const retryRefused = () => all().filter(isRepeatable).forEach(row => resume(row.id));

function stop(row) {
  clearTimeout(row.timer);
  row.upload?.abort().catch(() => { /* nothing was under way */ });
}

function set(row, state, changes = {}) {
  Object.assign(row, changes, { state });
  tell(row);
}

function pump() {
  let free = AT_ONCE - all().filter(row => row.state === 'sending' || row.state === 'checking').length;
  for (const row of all()) {
    if (free <= 0) return;
    if (row.state !== 'waiting' || !row.file) continue;
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
  if (row.size > access.maxUploadBytes) {
    return refuse(row, { code: 'payload_too_large', detail: `It has ${row.size.toLocaleString()} bytes; at most ${access.maxUploadBytes.toLocaleString()} are taken here.` });
  }
  const finished = response => {
    const asset = response?.getHeader('X-Asset-Id');
    if (asset) Object.assign(row, { assetId: asset, there: response.getHeader('X-Asset-Deduplicated') === 'true', storedName: decoded(response.getHeader('X-Asset-Filename')) });
  };
  row.upload = new Upload(row.file, {
    endpoint: access.endpoint,
    uploadUrl: row.url ?? null,
    chunkSize: CHUNK,
    retryDelays: null, // the queue itself tries again, and goes on after the browser said it was offline
    storeFingerprintForResuming: false,
    metadata: { filename: row.name, tenant: row.place.tenant, space: row.place.space, folder: row.place.folder },
    onBeforeRequest: async request => { request.setHeader('Authorization', `Bearer ${(await ticketFor(row.place)).ticket}`); },
    onAfterResponse: (_, response) => finished(response),
    onUploadUrlAvailable: () => { row.url = row.upload.url; remember(row); },
    onProgress: (sent, total) => {
      row.sent = total ? sent / total : 0;
      row.tries = 0;
      if (row.state === 'sending' && sent === total) row.state = 'checking';
      tell(row);
    },
    onSuccess: () => succeed(row),
    onError: error => settle(row, problemOf(error)),
  });
  row.upload.start();
}

function succeed(row) {
  if (!row.assetId) return settle(row, { status: 0, detail: 'The service did not say what became of the file.' });
  const twin = all().find(other => other !== row && other.assetId === row.assetId && other.state === 'in');
  forget(row.id);
  set(row, row.there || twin ? 'there' : 'in', { sent: 1, problem: undefined });
  row.file = undefined;
  pump();
}

/** After a failure: try again where that can help, else refuse. */
function settle(row, problem) {
  if (['paused', 'cancelled'].includes(row.state)) return;
  if (problem.status === 404 || problem.status === 410) {
    // The Api no longer knows the upload: begin it anew, once.
    if (row.url && row.tries < 5) return again(row, { url: null });
  }
  if (isFinal(problem.code) || (problem.status >= 400 && problem.status < 500 && ![401, 408, 409, 423, 429].includes(problem.status))) return refuse(row, problem);
  again(row, { problem: problem.detail });
}

function again(row, changes) {
  row.upload = undefined;
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** row.tries) * (0.75 + Math.random() / 4);
  set(row, 'offline', { ...changes, tries: row.tries + 1 });
  row.timer = setTimeout(() => { if (row.state === 'offline') { set(row, 'waiting'); pump(); } }, wait);
  pump();
}

function refuse(row, problem) {
  forget(row.id);
  set(row, 'refused', { problem: problem.detail ?? `The service answered ${problem.status}.`, code: problem.code, help: helpOf(problem.code), url: null, upload: undefined });
  pump();
}

const decoded = text => { try { return text ? decodeURIComponent(text) : undefined; } catch { return text; } };

// The browser knows first that it is back.
addEventListener('online', () => all().filter(row => row.state === 'offline').forEach(row => resume(row.id)));

/** What a reload or the end of a tab tore off: files with a handle go on once the person allows it, the others once they are chosen again. */
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
  if (row.state !== 'lost' || row.taking || !row.handle) return;
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
