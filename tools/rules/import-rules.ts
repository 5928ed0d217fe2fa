import engine from '../../packages/engine/package.json' with { type: 'json' };
import localCloud from '../../packages/local-cloud/package.json' with { type: 'json' };
import { CORE, type ImportRules } from './core-rooms.ts';
import { COMPUTED, PROOFS } from './proof-rules.ts';

export type { ImportRules } from './core-rooms.ts';

/** A step knows `core`, the adapters and what the steps share; never another step. */
const STEP = ['#core', '#aws', '@middy/core', '@aws-lambda-powertools/*'];

const CLI = [
  ...['#core', '#aws', '#tables', '@sparse-fanout/engine', '@sparse-fanout/local-cloud'],
  ...['@aws-sdk/*', 'commander', 'zod/mini', 'node:*', '#package.json'],
];

/** What commands work with; all of them are one room. */
const CLI_FOLDERS = [
  ...['#cli/executions', '#cli/expect', '#cli/frame', '#cli/jobs', '#cli/local', '#cli/options'],
  ...['#cli/assemble', '#cli/deployment', '#cli/html', '#cli/page', '#cli/report'],
  ...['#cli/outputs', '#cli/prune', '#cli/runs', '#cli/sources', '#cli/tables', '#cli/verify'],
];

const OUTER: ImportRules = {
  aws: [
    ...[
      '#core',
      '@aws-sdk/*',
      'node:fs',
      'node:http',
      'node:https',
      'node:stream',
      'node:timers/promises',
    ],
    ...['node:zlib', 'pg', 'pg-copy-streams', 'zod/mini'],
  ],
  tables: [
    ...['#core', '@sparse-fanout/engine', 'node:fs/promises', 'node:os', 'node:path', 'node:zlib'],
  ],
  'lambdas/shared': [
    ...[...STEP, '#tables/apply-function.ts', '@sparse-fanout/engine/function-module.ts'],
    ...['node:crypto', 'node:fs', 'node:path', 'node:stream/promises', 'node:timers/promises'],
    'node:zlib',
  ],
  'lambdas/shared/table-chunk': [
    ...[...STEP, '#lambdas/shared', '#tables', 'node:path', 'node:v8'],
  ],
  'lambdas/load-table': [...STEP, '#lambdas/shared', '#tables'],
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
    ...['#core/contract.ts', '#core/metrics.ts', '#core/request/preset-problems.ts'],
    '@sparse-fanout/engine/layer-directory.ts',
    ...['@sparse-fanout/engine/bundle-functions.ts', '@sparse-fanout/engine/function-module.ts'],
    ...['@sparse-fanout/engine/bundler.ts', '@sparse-fanout/engine/fetch-layer.ts'],
    ...['aws-cdk-lib', 'constructs', 'node:fs', 'node:path'],
  ],
  cli: [...CLI, '#cli/report/charts/draw.ts'],
  // The only file that loads what draws.
  'cli/report/charts/draw.ts': ['@observablehq/plot', 'linkedom'],
  // The steps of the workflow in one process.
  'cli/export': [...CLI, ...CLI_FOLDERS, '#lambdas'],
  'cli/commands': [...CLI, ...CLI_FOLDERS, '#cli/export'],
  'cli/main.ts': ['#cli/commands', '#cli/frame', '#package.json', 'commander'],
  'bin/app.ts': ['#lib', 'aws-cdk-lib', 'cdk-nag'],
  'bin/local-app.ts': ['#lib', 'aws-cdk-lib'],
  'bin/sparse-fanout.ts': ['#cli', 'node:module'],
  // The only files that bundle; no function loads them.
  'packages/engine/src/functions/bundler.ts': ['esbuild', 'node:module'],
  'packages/engine/src/functions/bundle-functions.ts': [
    ...['#packages/engine/src/layer-directory.ts', 'esbuild', 'node:*'],
    '#packages/engine/src/functions/bundler.ts',
    '#packages/engine/src/functions/function-module.ts',
  ],
  'packages/engine/src': [...Object.keys(engine.dependencies), 'node:*'],
  'packages/local-cloud/src': [...Object.keys(localCloud.dependencies), 'node:*', COMPUTED],
};

/** All rooms. A TypeScript file in none of them is refused. */
export const IMPORT_RULES: ImportRules = { ...CORE, ...OUTER, ...PROOFS };
