// Every way for files to come: an input that says where to, a drop anywhere on its page (folders too), a paste, a list of addresses.
import { add, addAddresses } from './queue.js';

const target = () => /** @type {HTMLInputElement|null} */ (document.querySelector('input[data-uploads]'));

const placeOf = input => ({
  organization: input.dataset.organization, tenant: input.dataset.tenant, space: input.dataset.space, spaceName: input.dataset.spaceName, folder: input.dataset.folder || '/',
  asset: input.dataset.asset,
});

// Archives and new versions have inputs of their own: what is dropped elsewhere on the page is not for them.
const INPUTS = 'input[data-uploads], input[data-chosen-uploads], input[data-archive], input[data-version]';

document.addEventListener('change', event => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  if (!input.matches?.(INPUTS)) return;
  // With webkitdirectory a file knows its folder.
  add([...input.files].map(file => ({ file, path: file.webkitRelativePath?.split('/').slice(0, -1).join('/') })), placeOf(input));
  input.value = '';
});

// Read here and not by the page's circuit, so that no address is lost with it.
document.addEventListener('click', event => {
  const button = event.target.closest?.('[data-fetch]');
  const field = button?.closest('[role=dialog]')?.querySelector('textarea');
  const addresses = [...new Set((field?.value ?? '').split('\n').map(line => line.trim()).filter(Boolean))];
  if (addresses.length > 0) addAddresses(addresses, placeOf(button));
}, true);

let depth = 0;
const carriesFiles = event => event.dataTransfer?.types?.includes('Files');
const mark = on => document.documentElement.classList.toggle('dropping', on);

// An input for files takes a drop by itself.
const isOurs = event => carriesFiles(event) && !event.defaultPrevented && !event.target.closest?.('input[type=file]:not([data-uploads])');

// Where no input says where to, a file is refused: a browser left to itself would leave the page for it, with what is typed there.
function offer(event) {
  if (!isOurs(event)) return false;
  event.preventDefault();
  const taken = Boolean(target());
  event.dataTransfer.dropEffect = taken ? 'copy' : 'none';
  return taken;
}

document.addEventListener('dragenter', event => { if (offer(event)) { depth++; mark(true); } });
document.addEventListener('dragover', offer);
document.addEventListener('dragleave', () => { if (--depth <= 0) { depth = 0; mark(false); } });
document.addEventListener('drop', async event => {
  depth = 0;
  mark(false);
  if (!offer(event)) return;
  const place = placeOf(target());
  // Entries must be taken before the event is over.
  const taken = [...event.dataTransfer.items].filter(item => item.kind === 'file').map(item => ({
    entry: item.webkitGetAsEntry?.(), file: item.getAsFile(), handle: item.getAsFileSystemHandle?.().catch(() => null),
  }));
  const files = [];
  for (const { entry, file, handle } of taken) {
    if (entry?.isDirectory) await walk(entry, entry.name, files);
    else if (file) files.push({ file, handle: asFile(await handle) });
  }
  add(files, place);
});

const asFile = handle => handle?.kind === 'file' ? handle : undefined;

async function walk(directory, path, files) {
  const reader = directory.createReader();
  for (;;) {
    // A reader gives at most a hundred entries a time.
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (entry.isDirectory) await walk(entry, `${path}/${entry.name}`, files);
      else if (!entry.name.startsWith('.')) files.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    }
  }
}

document.addEventListener('paste', event => {
  const input = target();
  const files = [...(event.clipboardData?.files ?? [])];
  if (!input || files.length === 0 || event.target.closest?.('input:not([type=file]), textarea, [contenteditable]')) return;
  event.preventDefault();
  add(files.map(file => ({ file })), placeOf(input));
});
