// How what stands in the queue goes to the service: a file by tus; an archive by tus, and an import that is watched to its end; an address by name, for the
// service to fetch; a new version by tus, with the image's id. Each can be sent anew after a cut: what the service has of it, it does not take twice.
import { Upload } from 'tus-js-client';
import { problemOf } from './refusals.js';
import { ticketFor } from './tickets.js';

const CHUNK = 8 * 1024 * 1024;
const LOOK_AGAIN = 1_500;

/**
 * @typedef {{ keep: () => void, progress: (sent: number, total: number) => void, importing: (now: object) => void, done: (outcome: object) => void,
 *   failed: (problem: { status: number, detail?: string, code?: string }) => void }} Report
 * @typedef {import('./queue.js').Row} Row
 */

/** Whether a row is nothing without its bytes: what the service has in full, or only needs to be told of, goes on without them. @param {Row} row */
export const needsFile = row => row.kind !== 'address' && !row.whole && !row.importId;

/** @param {Row} row @param {{ endpoint: string }} access @param {Report} report @returns {() => void} Stops it. */
export function send(row, access, report) {
  if (row.kind === 'address') return sendAddress(row, access, report);
  if (row.kind === 'version') return sendFile(row, access, report, { purpose: 'version', asset: row.asset }, report.done);
  if (row.kind !== 'archive') return sendFile(row, access, report, {}, report.done);
  if (row.importId) return watch(row, access, report);
  if (row.whole) return begin(row, access, report);
  let stop = () => { /* nothing yet */ };
  stop = sendFile(row, access, report, { purpose: 'import' }, () => { row.whole = true; report.keep(); stop = begin(row, access, report); });
  return () => stop();
}

function sendFile(row, access, report, more, whole) {
  const outcome = {};
  const upload = new Upload(row.file, {
    endpoint: access.endpoint,
    uploadUrl: row.url ?? null,
    chunkSize: CHUNK,
    retryDelays: null, // the queue itself tries again, and goes on after the browser said it was offline
    storeFingerprintForResuming: false,
    metadata: { filename: row.name, tenant: row.place.tenant, space: row.place.space, folder: row.place.folder, ...more },
    onBeforeRequest: async request => { request.setHeader('Authorization', `Bearer ${(await ticketFor(row.place)).ticket}`); },
    onAfterResponse: (_, response) => {
      const asset = response?.getHeader('X-Asset-Id');
      if (!asset) return;
      const [there, storedName] = [response.getHeader('X-Asset-Deduplicated') === 'true', decoded(response.getHeader('X-Asset-Filename'))];
      Object.assign(outcome, { assetId: asset, there, storedName });
    },
    onUploadUrlAvailable: () => { row.url = upload.url; report.keep(); },
    onProgress: report.progress,
    onSuccess: () => whole(outcome),
    onError: error => report.failed(problemOf(error)),
  });
  upload.start();
  return () => { upload.abort().catch(() => { /* nothing was under way */ }); };
}

const rootOf = access => access.endpoint.replace(/\/uploads$/, '');
const outcomeOf = asset => ({ assetId: asset.id, there: asset.deduplicated === true, storedName: asset.filename });

/** The same try has the same key, so that an answer that was lost is said again and nothing is made twice. */
const keyOf = row => `${row.id}-${row.turn ?? 0}`;

function sendAddress(row, access, report) {
  const body = { url: row.address, tenant: row.place.tenant, space: row.place.space, folder: row.place.folder };
  return ask(row, `${rootOf(access)}/assets/fetch`, body, asset => report.done(outcomeOf(asset)), report);
}

function begin(row, access, report) {
  const body = { tenant: row.place.tenant, space: row.place.space, folder: row.place.folder, upload: row.url?.split('/').pop() };
  return ask(row, `${rootOf(access)}/imports`, body, made => {
    row.importId = made.id;
    report.keep();
    row.stop = watch(row, access, report);
  }, report);
}

/** Looks how far an import is until it ends. */
function watch(row, access, report) {
  let timer = 0;
  let stop = () => { /* nothing yet */ };
  const look = () => {
    stop = ask(row, `${rootOf(access)}/imports/${row.importId}`, null, now => {
      report.importing(now);
      const refused = now.failures.find(failure => failure.name === '');
      if (now.state === 'failed') report.failed({ status: 422, code: 'import_failed', detail: refused?.detail ?? 'It could not be brought in.' });
      else if (now.state === 'completed') report.done({ counts: { in: now.imported, there: now.deduplicated, refused: now.failed }, failures: now.failures });
      else timer = setTimeout(look, LOOK_AGAIN);
    }, report);
  };
  look();
  return () => { clearTimeout(timer); stop(); };
}

function ask(row, url, body, answered, report) {
  const leave = new AbortController();
  (async () => {
    let answer;
    try {
      const headers = { Authorization: `Bearer ${(await ticketFor(row.place)).ticket}` };
      if (body) Object.assign(headers, { 'Content-Type': 'application/json', 'Idempotency-Key': keyOf(row) });
      const response = await fetch(url, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body), credentials: 'omit', signal: leave.signal });
      answer = { status: response.status, ok: response.ok, content: await response.json().catch(() => ({})) };
    } catch (problem) {
      if (!leave.signal.aborted) report.failed(problem.detail ? problem : { status: 0, detail: 'The connection broke.' });
      return;
    }
    if (leave.signal.aborted) return;
    if (answer.ok) answered(answer.content);
    else report.failed(refusal(answer.status, answer.content));
  })();
  return () => leave.abort();
}

const refusal = (status, { detail, title, code } = {}) => ({ status, detail: detail ?? title, code });

const decoded = text => { try { return text ? decodeURIComponent(text) : undefined; } catch { return text; } };
