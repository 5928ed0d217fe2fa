import type { FunctionModules } from '@sparse-fanout/engine/function-module.ts';
import type { Command } from 'commander';
import { RequestError } from '#core/errors.ts';

/** Modules of functions, as given on the command line. */
export interface FunctionsFlag {
  /** `name=file`, several with commas between them. */
  readonly functions?: string;
}

/** Modules of functions that were bundled. */
export interface GivenFunctions {
  readonly entries: readonly (readonly [name: string, file: string])[];
  readonly modules: FunctionModules;
}

export const NO_FUNCTIONS: GivenFunctions = { entries: [], modules: new Map() };

/** Adds `--functions`. */
export function addFunctionsOption(command: Command): Command {
  return command.option(
    '--functions <name=file>',
    'table: ES modules whose functions a transform may call, several with commas between them',
  );
}

/**
 * Bundles the modules that were given.
 *
 * @throws {RequestError} one cannot be bundled.
 */
export async function givenFunctions({ functions }: FunctionsFlag): Promise<GivenFunctions> {
  if (functions === undefined) return NO_FUNCTIONS;
  // Loaded only here: the bundler takes a while to load.
  const bundler = await import('@sparse-fanout/engine/bundle-functions.ts');
  try {
    const entries = bundler.parseEntries(functions);
    return { entries, modules: bundler.bundleAll(entries) };
  } catch (error) {
    if (!(error instanceof bundler.BundleError)) throw error;
    throw new RequestError([error.message], { cause: error });
  }
}
