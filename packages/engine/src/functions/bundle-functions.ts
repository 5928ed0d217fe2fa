import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { BuildFailure } from 'esbuild';
import { CACHE } from '#engine/layer-directory.ts';
import { BundleError, bundler } from './bundler.ts';
import {
  byName,
  digestsOf,
  type FunctionModule,
  type FunctionModules,
  functionModule,
} from './function-module.ts';

export { BundleError } from './bundler.ts';

/** As a request may spell it: never a path, a URI or an ARN. */
const NAME = /^[A-Za-z][\w-]{0,62}$/;

/** Bytes of a module with all that it imports: each function loads it at its start. */
const MAX_BYTES = 5 * 1024 ** 2;

/**
 * A realm has no promises: one that is rejected where nobody waits would end the whole process. So
 * what is asynchronous becomes calls of `Promise`, which throw.
 */
const SYNCHRONOUS = {
  'async-await': false,
  'async-generator': false,
  'for-await': false,
  'dynamic-import': false,
};

function said(error: unknown): string {
  const [first] = (error as Partial<BuildFailure>).errors ?? [];
  if (first === undefined) return error instanceof Error ? error.message : String(error);
  const { location: at } = first;
  return at === null ? first.text : `${basename(at.file)}:${at.line}: ${first.text}`;
}

/**
 * Bundles an ES module, in TypeScript or JavaScript, with everything that it imports. The same
 * files give the same text.
 *
 * @param file relative to the working directory.
 * @throws {BundleError} the name is none, or the module cannot be bundled: it imports what it does
 *   not have, or a module of Node.
 */
export function bundleFunctions(name: string, file: string): FunctionModule {
  if (!NAME.test(name)) {
    throw new BundleError(
      `the functions of ${file} have the name ${JSON.stringify(name)}, allowed are letters, digits, _ and -, at most 63, a letter first`,
    );
  }
  const entry = resolve(file);
  if (!existsSync(entry)) throw new BundleError(`the functions ${name} are in no file: ${file}`);
  const { buildSync } = bundler();
  try {
    const { outputFiles } = buildSync({
      ...{ entryPoints: [entry], bundle: true, minify: true, write: false, logLevel: 'silent' },
      ...{ format: 'iife', globalName: 'functions', platform: 'neutral', target: 'node24' },
      ...{
        charset: 'utf8',
        supported: SYNCHRONOUS,
        legalComments: 'none',
        mainFields: ['module', 'main'],
      },
    });
    const text = outputFiles[0]!.text;
    if (Buffer.byteLength(text) > MAX_BYTES) {
      throw new Error(`it has ${Buffer.byteLength(text)} bytes, allowed are ${MAX_BYTES}`);
    }
    return functionModule(name, text);
  } catch (error) {
    throw new BundleError(
      `the functions ${name} of ${file} cannot be bundled (${said(error)}); a module imports only what can be bundled with it, and nothing of Node`,
      { cause: error },
    );
  }
}

/** Bundles several modules. @throws {BundleError} as {@link bundleFunctions}. */
export function bundleAll(
  entries: readonly (readonly [name: string, file: string])[],
): FunctionModules {
  return byName(entries.map(([name, file]) => bundleFunctions(name, file)));
}

/**
 * Reads `name=file`, several with commas between them.
 *
 * @throws {BundleError} it is nothing of this form, or has a name twice.
 */
export function parseEntries(text: string): readonly (readonly [name: string, file: string])[] {
  const entries = text.split(',').map((entry): [string, string] => {
    const [name = '', ...file] = entry.split('=');
    return [name.trim(), file.join('=')];
  });
  const names = entries.map(([name]) => name);
  const isSound = entries.every(([name, file]) => name !== '' && file !== '');
  if (isSound && new Set(names).size === names.length) return entries;
  throw new BundleError(
    `functions is ${JSON.stringify(text)}, allowed is name=file, several with commas between them, each name once`,
  );
}

/**
 * Writes modules as they are deployed, one file for each, into a folder of their digests.
 *
 * @returns its absolute path.
 */
export function functionsFolder(modules: FunctionModules): string {
  const { digest } = functionModule('', JSON.stringify(digestsOf(modules)));
  const folder = join(CACHE, `functions-${digest.slice(0, 16)}`);
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of modules.values()) {
    // Another process may copy the folder now.
    const draft = `${folder}-${randomUUID()}`;
    writeFileSync(draft, text);
    renameSync(draft, join(folder, `${name}.js`));
  }
  return folder;
}
