import { createRequire } from 'node:module';

/** What is wrong with a module of functions; its message is one sentence. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

/**
 * The bundler, which only code of one's own needs: it is loaded when it is used.
 *
 * @throws {BundleError} it is not installed.
 */
export function bundler(): typeof import('esbuild') {
  try {
    return createRequire(import.meta.url)('esbuild');
  } catch (error) {
    throw new BundleError(
      'esbuild is not installed, which bundles functions of your own; run npm install --save-dev esbuild',
      { cause: error },
    );
  }
}
