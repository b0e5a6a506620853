import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** SHA-256 over what dist is compiled from. */
export function sourcesHash() {
  const hash = createHash('sha256');
  for (const name of ['package-lock.json', 'tsconfig.json', ...readdirSync(new URL('src', import.meta.url)).sort().map(name => `src/${name}`)])
    hash.update(readFileSync(new URL(name, import.meta.url)));
  return hash.digest('hex');
}
