import { join } from 'node:path';
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/** The checkout. */
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
export const BUNDLING: BundlingOptions = {
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
