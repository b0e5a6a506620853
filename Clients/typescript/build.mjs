// Compiles src to dist, which is kept in the repository so that using and testing the package needs no compiler, and notes what it was made of.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sourcesHash } from './sources.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], { cwd: here, stdio: 'inherit' });
writeFileSync(new URL('dist/sources.sha256', import.meta.url), `${sourcesHash()}\n`);
