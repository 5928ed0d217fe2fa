import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './support/longest-first.ts';
import { patience } from './support/patience.ts';

// Every process of the tests keeps its compiled code for the next one. Coverage is exact only
// without it.
if (!process.argv.some((argument) => argument.startsWith('--coverage'))) {
  const cache = join(import.meta.dirname, 'node_modules/.cache/sparse-fanout-tests');
  process.env['NODE_COMPILE_CACHE'] ??= cache;
}

/**
 * Tests that build and run whole copies of the stack, and the short forms of the campaigns that run
 * whole jobs again and again; and what reads hundreds of odd tables: `npm run test:long`.
 */
const LONG = [
  // A name that only begins as one of these is left out, too: it would run by default.
  'test/e2e/!(full-disk|local-run|verify-partitions).test.ts',
  'test/aws/postgres/load.test.ts',
  'test/aws/postgres/hidden-append.test.ts',
  'test/aws/postgres/with-postgres.test.ts',
  'test/lambdas/database.test.ts',
  'test/tables/database/database.test.ts',
  'test/house/add-a-kind.test.ts',
  'test/core/chunks/hundred-thousand-plans.test.ts',
  'test/core/manifest/ten-thousand.test.ts',
  'test/cli/commands/slice.golden.test.ts',
  'test/cli/export/export-kill.test.ts',
  'test/cli/export/export-memory.test.ts',
  'test/cli/export/export-s3.test.ts',
  'test/cli/export/export-single.test.ts',
  'test/cli/s3.test.ts',
  'test/cli/report/read-run-record.test.ts',
  'test/browser/page.test.ts',
  'test/browser/report.test.ts',
  'test/cli/verify/expect.test.ts',
  'test/cli/verify/verify-linked.test.ts',
  'test/cli/assemble/assemble-run.test.ts',
  'test/lambdas/single.failures.test.ts',
  'test/lambdas/single-table.test.ts',
  'test/lambdas/finalize.append.test.ts',
  'test/lambdas/inbox.test.ts',
  'test/lambdas/inbox.attempts.test.ts',
  'test/lambdas/inbox.faults.test.ts',
  'packages/local-cloud/test/local-cloud.test.ts',
  'packages/local-cloud/test/lambda/lambda-host.test.ts',
  'packages/local-cloud/test/s3/stored-body.test.ts',
  'test/core/outputs/golden-outputs.test.ts',
  'test/cli/commands/report.test.ts',
  'test/cli/commands/transform.tables.test.ts',
  'test/cli/deployment/setup.test.ts',
  'test/cli/process.test.ts',
  'test/docs/deploy.test.ts',
  'test/docs/examples.test.ts',
  'test/docs/readme.test.ts',
  'test/docs/scale.test.ts',
  'test/aws/list-ahead.test.ts',
  'test/aws/waiting-in.test.ts',
  'test/cli/local/assembly.test.ts',
  'test/cli/commands/prune.test.ts',
  'test/lambdas/single.test.ts',
  'test/lambdas/stage.rounds.test.ts',
  'test/tables/large-texts.test.ts',
  'test/tables/own-functions.test.ts',
  'test/tables/table-cases.test.ts',
  'packages/engine/test/limits.test.ts',
  'test/tables/plan-sizes.test.ts',
  'test/tables/row-files.test.ts',
  'test/tables/transform-memory.test.ts',
  'test/tables/zoo.test.ts',
  'test/tools/build-wasm.test.ts',
  'test/tools/package/build-main.test.ts',
  'campaigns/append/append.test.ts',
  'campaigns/append/append-tables.test.ts',
  'campaigns/append/append-loads.test.ts',
  'campaigns/arrivals/arrivals.test.ts',
  'campaigns/chaos/chaos.test.ts',
  'campaigns/fuzz-tables/fuzz-tables.test.ts',
  'campaigns/fuzz/fuzz.test.ts',
  'campaigns/inbox/inbox.test.ts',
  'campaigns/permissions/permissions.test.ts',
  'campaigns/scale/scale.test.ts',
  'campaigns/throttle/prefix-limit.test.ts',
  'campaigns/throttle/throttle.test.ts',
  'bench/tune/tune.test.ts',
];
const ALL = ['{test,bench,campaigns,packages}/**/*.test.ts'];

export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'long' ? LONG : ALL,
    exclude: mode === 'long' ? [] : [...configDefaults.exclude, ...LONG],
    globalSetup: 'support/temporary-directory.ts',
    // A worker loads a module once for all its files; they share the stack that the first of them
    // deploys.
    isolate: false,
    // On two quiet cores no test without a limit of its own takes more than 6 s, no hook more than
    // 10 s, and no poll more than 2 s.
    testTimeout: patience(6_000),
    hookTimeout: patience(10_000),
    expect: { poll: { timeout: patience(2_000) } },
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts'],
      reporter: [['text', { skipFull: true }]],
      // Branches: what is left is in the refusals of damaged HDF5 files.
      thresholds: { lines: 100, functions: 100, statements: 100, branches: 98 },
    },
  },
}));
