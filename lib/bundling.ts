import { join } from 'node:path';
import { functionsFolder } from '@sparse-fanout/engine/bundle-functions.ts';
import type { FunctionModules } from '@sparse-fanout/engine/function-module.ts';
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { FUNCTIONS_FOLDER } from '#core/contract.ts';

/** The clone, or `dist/` of the package. */
export const PROJECT_ROOT = join(import.meta.dirname, '..');

/**
 * Other ways to get credentials, which the SDK loads only if the environment has none. Lambda
 * always sets them in the environment; without these modules a bundle is 90 kB smaller.
 */
export const UNUSED_CREDENTIALS = [
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
] as const;

/**
 * Bundles one minified ES module with the SDK in it. CommonJS dependencies get a `require` for
 * Node's own modules.
 */
const BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  mainFields: ['module', 'main'],
  target: 'node24',
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  bundleAwsSDK: true,
  externalModules: [...UNUSED_CREDENTIALS],
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
};

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

/** Puts modules of functions beside the code that is bundled. */
export function withModules(modules: FunctionModules): BundlingOptions {
  if (modules.size === 0) return BUNDLING;
  const folder = functionsFolder(modules);
  return {
    ...BUNDLING,
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      afterBundling: (_, output) => [
        `cp -R ${quoted(folder)} ${quoted(join(output, FUNCTIONS_FOLDER))}`,
      ],
    },
  };
}
