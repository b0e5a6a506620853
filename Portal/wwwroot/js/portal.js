// What a page cannot do from the server: copy, remember, measure an image, and send files with progress.

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
export async function measure(url) {
  const turn = ++latest;
  try {
    const response = await fetch(url, { credentials: 'omit', headers: { Accept: 'image/avif,image/webp,image/*,*/*;q=0.8' } });
    if (!response.ok) {
      const problem = await response.json().catch(() => null);
      return { ok: false, superseded: turn !== latest, detail: problem?.detail ?? problem?.title ?? `The service answered ${response.status}.` };
    }
    const blob = await response.blob();
    const picture = await createImageBitmap(blob).catch(() => null);
    const result = { ok: true, superseded: turn !== latest, type: blob.type, size: blob.size, width: picture?.width ?? 0, height: picture?.height ?? 0 };
    picture?.close();
    if (result.superseded) return result;
    if (shown) URL.revokeObjectURL(shown);
    shown = URL.createObjectURL(blob);
    return { ...result, address: shown };
  } catch {
    // CORS may forbid reading what an <img> may still show.
    return { ok: true, superseded: turn !== latest, type: '', size: 0, width: 0, height: 0, address: url };
  }
}

// Where in a picture a click fell, 0 to 1 from its left and top.
export function relativePoint(element, clientX, clientY) {
  const box = element.getBoundingClientRect();
  const within = value => Math.min(1, Math.max(0, value));
  return { x: within((clientX - box.left) / box.width), y: within((clientY - box.top) / box.height) };
}

// Sends files one after another to the portal, which passes them on as they come. The page is told of progress; no byte goes through its connection.
export function uploads(zone, input, page, settings) {
  const waiting = [];
  let next = 1;
  let running = false;
  let depth = 0;

  const take = files => {
    for (const file of files) {
      const id = next++;
      waiting.push({ id, file });
      page.invokeMethodAsync('Queued', id, file.name, file.size);
    }
    if (!running) run();
  };

  const run = async () => {
    running = true;
    while (waiting.length > 0) {
      const { id, file } = waiting.shift();
      const answer = await send(id, file);
      await page.invokeMethodAsync('Finished', id, answer.status, answer.text);
    }
    running = false;
    await page.invokeMethodAsync('AllFinished');
  };

  const send = (id, file) => new Promise(resolve => {
    const form = new FormData();
    for (const [name, value] of Object.entries(settings.fields)) if (value) form.append(name, value);
    form.append('file', file, file.name);
    const request = new XMLHttpRequest();
    request.open('POST', settings.address);
    request.setRequestHeader('RequestVerificationToken', settings.token);
    let told = 0;
    request.upload.onprogress = event => {
      const now = performance.now();
      if (!event.lengthComputable || (now - told < 150 && event.loaded < event.total)) return;
      told = now;
      page.invokeMethodAsync('Progressed', id, event.loaded / event.total);
    };
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = () => resolve({ status: 0, text: '' });
    request.send(form);
  });

  const isFiles = event => event.dataTransfer?.types?.includes('Files');
  const handlers = {
    dragenter: event => { if (isFiles(event)) { event.preventDefault(); depth++; zone.classList.add('over'); } },
    dragover: event => { if (isFiles(event)) event.preventDefault(); },
    dragleave: () => { if (--depth <= 0) { depth = 0; zone.classList.remove('over'); } },
    drop: event => { event.preventDefault(); depth = 0; zone.classList.remove('over'); take(event.dataTransfer.files); },
  };
  for (const [name, handler] of Object.entries(handlers)) zone.addEventListener(name, handler);
  const changed = () => { take(input.files); input.value = ''; };
  input.addEventListener('change', changed);
  return {
    configure: changes => Object.assign(settings.fields, changes),
    dispose: () => {
      for (const [name, handler] of Object.entries(handlers)) zone.removeEventListener(name, handler);
      input.removeEventListener('change', changed);
    },
  };
}
