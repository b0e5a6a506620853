// The upload tray at the foot of every page. It is this script's own, outside the pages' circuit: it goes on while that is cut, and its rows outlive every navigation.
import * as queue from './queue.js';

const WORDS = {
  waiting: 'waiting', checking: 'checking', in: 'in', there: 'there already', refused: 'refused', offline: 'waiting for the connection', paused: 'paused', cancelled: 'cancelled',
  importing: 'being brought in', lost: 'choose it again',
};
const SHOWN = 200;

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined && child !== false));
  return made;
};
const button = (text, act, attributes = {}) => element('button', { type: 'button', class: 'tray-button', onclick: act, ...attributes }, text);

export class UploadTray extends HTMLElement {
  #open = true;
  #sheet = false;
  #pending = 0;
  #items = new Map();
  #key = '';
  #title = element('strong', { 'data-testid': 'tray-title' });
  #buttons = element('span', { class: 'tray-buttons' });
  #progress = element('progress', { max: 1, 'aria-label': 'Progress of all files' });
  #status = element('div', { class: 'visually-hidden', role: 'status' });
  #note = element('div');
  #list = element('ul', { class: 'tray-rows', tabindex: 0, 'aria-label': 'Files' });
  #report = element('div');

  connectedCallback() {
    this.setAttribute('role', 'region');
    this.setAttribute('aria-label', 'Uploads');
    this.replaceChildren(element('div', { class: 'tray-head' }, this.#title, element('span', { class: 'grow' }), this.#buttons), this.#progress, this.#status, this.#note, this.#list, this.#report);
    queue.listen(() => this.#draw());
    this.#paint();
  }

  // Ten times a second at most, however many files report at once.
  #draw() { this.#pending ||= setTimeout(() => { this.#pending = 0; this.#paint(); }, 100); }

  // What is on the page stays and is only filled anew: a button that is being pressed must not vanish under the finger.
  #paint() {
    const rows = queue.all();
    this.hidden = rows.length === 0;
    if (this.hidden) { this.#items.clear(); this.#list.replaceChildren(); return; }
    const open = rows.filter(queue.isUnfinished).length;
    const lost = rows.filter(row => row.state === 'lost');
    const title = open > 0 ? `Uploading: ${rows.filter(row => ['in', 'there'].includes(row.state)).length} of ${rows.length}` : summary(rows);
    if (this.#title.textContent !== title) this.#title.textContent = title;
    const spoken = open > 0 ? `Uploading ${rows.length} files` : summary(rows);
    if (this.#status.textContent !== spoken) this.#status.textContent = spoken;
    this.#progress.value = fraction(rows);
    if (open > 0) this.#sheet = false;
    const key = JSON.stringify([open > lost.length, queue.isPaused(), open === 0, this.#sheet, this.#open, lost.length]);
    if (key !== this.#key) {
      this.#key = key;
      this.#buttons.replaceChildren(...this.#actions(open, lost.length));
      this.#note.replaceChildren(...(lost.length > 0 && this.#open ? [lostNote(lost)] : []));
      this.#report.replaceChildren(...(this.#open && this.#sheet ? [sheet(rows)] : []));
    }
    this.#list.hidden = !this.#open || this.#sheet;
    if (!this.#list.hidden) this.#fill(rows);
  }

  #actions(open, lost) {
    const toggle = change => () => { change(); this.#paint(); };
    return [
      open > lost && button(queue.isPaused() ? 'Go on' : 'Pause all', () => queue.pauseAll(!queue.isPaused())),
      open === 0 && button(this.#sheet ? 'Hide the report' : 'Report', toggle(() => { this.#sheet = !this.#sheet; }), { 'data-testid': 'tray-report' }),
      open === 0 && button('Close', () => queue.clear(), { 'data-testid': 'tray-close' }),
      button(this.#open ? 'Fold' : 'Unfold', toggle(() => { this.#open = !this.#open; }), { 'aria-expanded': String(this.#open) }),
    ].filter(Boolean);
  }

  #fill(rows) {
    const sorted = [...rows].sort((a, b) => RANK[a.state] - RANK[b.state]);
    const wanted = sorted.slice(0, SHOWN).map(row => {
      const key = [row.state, row.problem, row.assetId].join('|');
      const known = this.#items.get(row.id);
      const made = known?.key === key ? known.made : item(row);
      if (known?.key === key && ['sending', 'importing'].includes(row.state)) {
        made.querySelector('.tray-state').textContent = stateText(row);
        made.querySelector('progress').value = row.sent;
      }
      this.#items.set(row.id, { key, made });
      return made;
    });
    if (sorted.length > SHOWN) wanted.push(element('li', { class: 'tray-row muted' }, `and ${sorted.length - SHOWN} more`));
    const now = this.#list.children;
    if (now.length !== wanted.length || wanted.some((made, place) => now[place] !== made)) this.#list.replaceChildren(...wanted);
  }
}

// An archive counts as what is in it, once that is known.
const count = (rows, state) => rows.reduce((sum, row) => sum + (row.counts ? row.counts[state] ?? 0 : Number(row.state === state)), 0);

export function summary(rows) {
  const parts = [`${count(rows, 'in')} in`];
  if (count(rows, 'there')) parts.push(`${count(rows, 'there')} there already`);
  if (count(rows, 'refused')) parts.push(`${count(rows, 'refused')} refused`);
  if (count(rows, 'cancelled')) parts.push(`${count(rows, 'cancelled')} cancelled`);
  return parts.join(', ');
}

// How large an image at an address is, nobody knows before it is there.
const weight = row => row.size || 100_000;
const fraction = rows => rows.reduce((sum, row) => sum + weight(row) * (queue.isUnfinished(row) && row.state !== 'importing' ? row.sent : 1), 0)
  / rows.reduce((sum, row) => sum + weight(row), 0);

const isLinked = row => Boolean(row.assetId || row.importId);
const link = row => `/o/${row.place.organization}/${row.place.tenant}/${row.place.space}/${row.assetId ? `i/${row.assetId}` : 'imports'}`;

function stateText(row) {
  if (row.state === 'importing' && row.of) return `${Math.round(row.sent * row.of)} of ${row.of} brought in`;
  if (row.state !== 'sending') return row.counts ? summary([row]) : WORDS[row.state];
  return row.kind === 'address' ? 'being fetched' : `${Math.floor(row.sent * 100)} %`;
}

// Those that move stand first, then refused ones, then the newest.
const RANK = { sending: 0, checking: 0, importing: 0, offline: 1, lost: 1, refused: 2, paused: 3, waiting: 4, there: 5, in: 6, cancelled: 7 };

function item(row) {
  return element('li', { class: 'tray-row', 'data-state': row.state, 'data-testid': 'upload' },
    element('span', { class: 'tray-name', title: row.name }, isLinked(row) ? element('a', { href: link(row) }, row.name) : row.name),
    element('span', { class: `tray-state${row.state === 'refused' ? ' bad' : ''}` }, stateText(row)),
    actions(row),
    ['sending', 'checking', 'importing'].includes(row.state) && row.kind !== 'address' ? element('progress', { max: 1, value: row.sent, 'aria-label': `Progress of ${row.name}` }) : null,
    row.state === 'there' && row.storedName && row.storedName !== row.name ? element('span', { class: 'tray-detail muted' }, 'stored as ', element('a', { href: link(row) }, row.storedName)) : null,
    row.problem && ['refused', 'offline'].includes(row.state) ? element('span', { class: 'tray-detail muted' }, [row.problem, row.help].filter(Boolean).join(' ')) : null);
}

function actions(row) {
  const name = row.name;
  if (row.state === 'paused') return element('span', {}, act('Go on', `Go on with ${name}`, () => queue.resume(row.id)), act('✕', `Cancel ${name}`, () => queue.cancel(row.id)));
  if (row.state === 'importing') return act('✕', `Watch ${name} no longer: it is brought in all the same`, () => queue.cancel(row.id));
  if (row.state === 'lost') return act('✕', `Forget ${name}`, () => queue.cancel(row.id));
  if (queue.isUnfinished(row)) return element('span', {}, act('Pause', `Pause ${name}`, () => queue.pause(row.id)), act('✕', `Cancel ${name}`, () => queue.cancel(row.id)));
  return element('span');
}

const act = (text, label, run) => button(text, run, { 'aria-label': label });

function lostNote(lost) {
  const handles = lost.some(row => row.handle);
  return element('p', { class: 'tray-note', role: 'status' },
    `${lost.length} ${lost.length === 1 ? 'file was' : 'files were'} under way when the page was left. Choose the same files again: only what is missing is sent. `,
    handles && button('Go on', () => queue.reopenAll()));
}

function sheet(rows) {
  const ended = endings(rows);
  const part = (title, state, line) => {
    const some = ended.filter(row => row.state === state);
    return some.length === 0 ? null
      : element('section', {}, element('h2', {}, `${count(rows, state)} ${title}`), element('ul', {}, ...some.map(row => element('li', {}, ...line(row)))));
  };
  const named = row => element('a', { href: link(row) }, row.name);
  return element('div', { class: 'tray-sheet', 'data-testid': 'tray-sheet', tabindex: 0 },
    part('refused', 'refused', row => [element('strong', {}, row.name), `: ${row.problem} `, element('em', {}, row.help ?? '')]),
    part('there already', 'there', row => [named(row), row.storedName && row.storedName !== row.name ? ` is stored as ${row.storedName}` : ' was in the space before']),
    part('in', 'in', row => [named(row), row.counts ? `: ${summary([row])}` : '']),
    part('cancelled', 'cancelled', row => [row.name]),
    element('p', {},
      button('Save as CSV', () => save(rows), { 'data-testid': 'tray-csv' }), ' ',
      rows.some(queue.isRepeatable) ? button('Try the refused again', () => queue.retryRefused()) : null));
}

// An archive's refused files stand beside the files that were refused by themselves.
const endings = rows => rows.flatMap(row => [row, ...(row.failures ?? []).map(({ name, detail }) => ({ ...row, counts: undefined, importId: undefined, state: 'refused',
  name: `${row.name} › ${name}`, problem: detail, help: undefined }))]);

// RFC 4180; a cell that a spreadsheet would take for a formula is made a text.
const cell = text => `"${String(text ?? '').replace(/^([=+\-@\t\r])/, "'$1").replaceAll('"', '""')}"`;

export const csv = rows => [['file', 'outcome', 'stored as', 'address', 'why', 'what helps'],
  ...endings(rows).map(row => [row.name, row.counts ? summary([row]) : WORDS[row.state] ?? row.state, row.storedName ?? '',
    isLinked(row) ? location.origin + link(row) : '', row.state === 'refused' ? row.problem : '', row.help ?? ''])]
  .map(line => line.map(cell).join(',')).join('\r\n');

function save(rows) {
  const address = URL.createObjectURL(new Blob(['\uFEFF' + csv(rows)], { type: 'text/csv' }));
  element('a', { href: address, download: 'uploads.csv' }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
