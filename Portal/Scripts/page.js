// What a page cannot do from the server: copy, save, remember, measure an image.

export const rememberTheme = theme => {
  const secure = location.protocol === 'https:' ? '; secure' : '';
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
  document.documentElement.dataset.theme = theme;
};

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No permission, or a page without TLS: the old way.
    const area = Object.assign(document.createElement('textarea'), { value: text });
    area.style.position = 'fixed';
    area.style.opacity = '0';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

// Fetches an image and says what came: its type, weight and a local address to show it by, or the service's own words where it refused.
let latest = 0;
let shown = null;
export async function measure(url, headers) {
  const turn = ++latest;
  const began = performance.now();
  try {
    const response = await fetch(url, { credentials: 'omit', headers });
    if (!response.ok) {
      const problem = await response.json().catch(() => null);
      return { ok: false, superseded: turn !== latest, detail: problem?.detail ?? problem?.title ?? `The service answered ${response.status}.` };
    }
    const blob = await response.blob();
    const picture = await createImageBitmap(blob).catch(() => null);
    const result = { ok: true, superseded: turn !== latest, cache: response.headers.get('X-Cache') ?? '', timing: response.headers.get('Server-Timing') ?? '', milliseconds: Math.round(performance.now() - began), type: blob.type, size: blob.size, width: picture?.width ?? 0, height: picture?.height ?? 0 };
    picture?.close();
    if (result.superseded) return result;
    if (shown) URL.revokeObjectURL(shown);
    shown = URL.createObjectURL(blob);
    return { ...result, address: shown };
  } catch {
    // CORS may forbid reading what an <img> may still show.
    return { ok: true, superseded: turn !== latest, cache: '', timing: '', milliseconds: 0, type: '', size: 0, width: 0, height: 0, address: url };
  }
}

// Saves a text as a file.
export function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// A slider between two pictures moves without the server.
document.addEventListener('input', event => {
  const slider = event.target instanceof HTMLInputElement && event.target.matches('[data-before-after]') ? event.target : null;
  slider?.closest('figure')?.style.setProperty('--cut', `${slider.value}%`);
});

// A mark in a picture follows the pointer here; the page is told once, where it was let go: 0 to 1 from the left and the top.
export function dragPoint(frame, page) {
  const within = value => Math.min(1, Math.max(0, value));
  const at = event => { const box = frame.getBoundingClientRect(); return { x: within((event.clientX - box.left) / box.width), y: within((event.clientY - box.top) / box.height) }; };
  const move = event => { const mark = frame.querySelector('.focal-mark'); const point = at(event); mark.style.left = `${point.x * 100}%`; mark.style.top = `${point.y * 100}%`; };
  const stop = () => { frame.removeEventListener('pointermove', move); };
  const down = event => { if (event.button !== 0) return; event.preventDefault(); frame.focus(); frame.setPointerCapture(event.pointerId); move(event); frame.addEventListener('pointermove', move); };
  const up = event => { if (!frame.hasPointerCapture(event.pointerId)) return; stop(); const point = at(event); page.invokeMethodAsync('Dropped', point.x, point.y).catch(() => { /* the circuit is cut */ }); };
  const events = { pointerdown: down, pointerup: up, pointercancel: stop };
  for (const [name, listener] of Object.entries(events)) frame.addEventListener(name, listener);
  frame.dataset.draggable = '';
  return { dispose: () => { stop(); for (const [name, listener] of Object.entries(events)) frame.removeEventListener(name, listener); } };
}

// Opens the browser's choice of files for the space on the page.
export const chooseFiles = () => document.querySelector('input[data-uploads]')?.click();

// The same for a space that the page does not show; files go to its top folder.
export function chooseFilesFor(organization, tenant, space, spaceName) {
  const input = Object.assign(document.createElement('input'), { type: 'file', multiple: true, hidden: true });
  input.accept = 'image/*,.heic,.heif,.tif,.tiff,.svg,.zip';
  Object.assign(input.dataset, { chosenUploads: '', organization, tenant, space, spaceName, folder: '/' });
  input.addEventListener('cancel', () => input.remove());
  input.addEventListener('change', () => setTimeout(() => input.remove()));
  document.body.append(input);
  input.click();
}

export const signOut = () => document.querySelector('form[action="/sign-out"]')?.requestSubmit();

// The service's own words on why there is no image at an address, and the character of the operations where it stumbled (1 is the first); null where there is an image.
export async function faultOf(url) {
  try {
    const response = await fetch(url, { credentials: 'omit' });
    if (response.ok) return null;
    const problem = await response.json().catch(() => null);
    return { detail: problem?.detail ?? problem?.title ?? `The service answered ${response.status}.`, position: problem?.position ?? null, length: problem?.operation?.length ?? 0 };
  } catch {
    return null;
  }
}
