// Every script of the portal, in one file.
export * from './page.js';
export * from './tiles.js';
import './focus.js';
import './typing.js';
import './press.js';
import './drafts.js';
export { shell } from './shell.js';
export { listen, isRunning } from './uploads.js';
