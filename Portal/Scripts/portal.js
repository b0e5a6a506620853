// Every script of the portal, in one file.
export * from './page.js';
import './focus.js';
import './typing.js';
import './press.js';
export { shell } from './shell.js';
export { listen, isRunning } from './uploads.js';
