import { createRequire } from 'node:module';
import { sep } from 'node:path';

/** What the functions of tables find outside of their bundles. */
const ENGINE = '@duckdb/node-api';

const { resolve } = createRequire(import.meta.url);

/**
 * Where functions with a layer find native code for this machine: the `node_modules` that has the
 * engine of tables.
 *
 * @throws {Error} `MODULE_NOT_FOUND`: the engine is not installed.
 */
export function nativeModules(): string {
  const path = resolve(ENGINE);
  const folder = `${sep}node_modules${sep}`;
  return path.slice(0, path.lastIndexOf(folder) + folder.length - 1);
}

/** The same; undefined where the engine is not installed, which only tables need. */
export function nativeModulesIfAny(): string | undefined {
  try {
    return nativeModules();
  } catch {
    return undefined;
  }
}
