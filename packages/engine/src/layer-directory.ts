import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const PACKAGE = join(import.meta.dirname, '..');

/** In a clone beside its packages; where it is installed, which may be read-only, the user's. */
function cacheDirectory(): string {
  const modules = join(PACKAGE, '../../node_modules');
  if (existsSync(modules)) return join(modules, '.cache/sparse-fanout');
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sparse-fanout');
}

/** Where this package keeps what is made once. */
export const CACHE: string = cacheDirectory();

/** Holds `package.json` and `package-lock.json` of what lies in the layer. */
export const LAYER_PACKAGE: string = join(PACKAGE, 'layer');

/** Where the layer of this lock is kept: an absolute path, to a folder with `nodejs`. */
export function layerDirectory(): string {
  const lock = readFileSync(join(LAYER_PACKAGE, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex').slice(0, 16);
  return join(CACHE, `layer-${digest}`);
}
