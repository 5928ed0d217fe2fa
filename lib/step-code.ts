import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { functionsFolder } from '@sparse-fanout/engine/bundle-functions.ts';
import type { FunctionModules } from '@sparse-fanout/engine/function-module.ts';
import { CACHE } from '@sparse-fanout/engine/layer-directory.ts';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { FUNCTIONS_FOLDER } from '#core/contract.ts';
import { PROJECT_ROOT, withModules } from './bundling.ts';

/** Bundles of the steps in the package; a clone has none, and bundles when it is synthesized. */
const BUNDLES = join(PROJECT_ROOT, 'bundles');

/** The part of a function's settings that says what it runs. */
type StepCode = Pick<
  NodejsFunctionProps,
  'entry' | 'projectRoot' | 'depsLockFilePath' | 'bundling' | 'code' | 'handler'
>;

/** A bundle of the package with modules beside it, in a folder of their digests. */
function besideModules(bundle: string, modules: FunctionModules): string {
  const functions = functionsFolder(modules);
  const folder = join(CACHE, 'bundles', basename(functions), basename(bundle));
  mkdirSync(folder, { recursive: true });
  cpSync(bundle, folder, { recursive: true });
  cpSync(functions, join(folder, FUNCTIONS_FOLDER), { recursive: true });
  return folder;
}

/**
 * The code of a step: in a clone bundled from `lambdas/<folder>`, in the package as it was bundled
 * when the package was built, which are the same bytes.
 *
 * @param modules lie beside the code.
 */
export function stepCode(folder: string, modules: FunctionModules = new Map()): StepCode {
  if (!existsSync(BUNDLES)) {
    return {
      entry: join(PROJECT_ROOT, 'lambdas', folder, 'index.ts'),
      projectRoot: PROJECT_ROOT,
      depsLockFilePath: join(PROJECT_ROOT, 'package-lock.json'),
      bundling: withModules(modules),
    };
  }
  const bundle = join(BUNDLES, folder);
  const code = modules.size === 0 ? bundle : besideModules(bundle, modules);
  return { code: Code.fromAsset(code), handler: 'index.handler' };
}
