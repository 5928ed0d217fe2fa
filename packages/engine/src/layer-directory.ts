import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = join(import.meta.dirname, '..');
/** Where this package keeps what is made once. */
export const CACHE: string = join(PACKAGE, '../../node_modules/.cache/sparse-fanout');

/** Holds `package.json` and `package-lock.json` of what lies in the layer. */
export const LAYER_PACKAGE: string = join(PACKAGE, 'layer');

/** Where `npm ci` puts the layer of this lock: an absolute path, to a folder with `nodejs`. */
export function layerDirectory(): string {
  const lock = readFileSync(join(LAYER_PACKAGE, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex').slice(0, 16);
  return join(CACHE, `layer-${digest}`);
}
