// Uploads of a browser tab: queue, ways in, tray. Loaded once by every page; pages only listen.
import './intake.js';
import * as queue from './queue.js';
import { UploadTray } from './tray.js';

customElements.define('upload-tray', UploadTray);

addEventListener('beforeunload', event => { if (queue.isRunning()) event.preventDefault(); });

/** Tells a page of images that came into its space, a second at the earliest after the last word. */
export function listen(page, organization, tenant, space) {
  const counted = new Set(queue.all().filter(row => row.state === 'in').map(row => row.id));
  let pending = 0;
  const stop = queue.listen(row => {
    if (row?.state !== 'in' || counted.has(row.id) || row.place.organization !== organization || row.place.tenant !== tenant || row.place.space !== space) return;
    counted.add(row.id);
    pending ||= setTimeout(() => { pending = 0; page.invokeMethodAsync('Arrived').catch(() => { /* the circuit is cut; the list is loaded anew when it is back */ }); }, 1000);
  });
  return { dispose: () => { stop(); clearTimeout(pending); } };
}

export const isRunning = queue.isRunning;
