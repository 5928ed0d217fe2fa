import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  byName,
  type FunctionModules,
  functionModule,
} from '@sparse-fanout/engine/function-module.ts';
import { FUNCTIONS_FOLDER } from '#core/contract.ts';

/** What a step needs of functions that a transform may call. */
export interface OwnFunctions {
  readonly functions: FunctionModules;
}

/** The modules that were deployed beside the code of this function. */
export function deployedFunctions(
  folder = join(import.meta.dirname, FUNCTIONS_FOLDER),
): FunctionModules {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const modules = files.sort().map((file) => {
    return functionModule(basename(file, '.js'), readFileSync(join(folder, file), 'utf8'));
  });
  return byName(modules);
}
