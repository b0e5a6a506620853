// Every script of the portal, in one file.
export * from './page.js';
import './archives.js';
export { shell } from './shell.js';
export { listen, isRunning } from './uploads.js';
