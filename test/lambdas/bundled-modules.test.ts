import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

const PACKAGES = ['@aws-sdk/*', '@aws-lambda-powertools/*', '@middy/*', 'zod/*'];

/**
 * All modules of ours that the bundle of a step is made of, by their paths below the root. Packages
 * are left out: they take most of the time, and import nothing of ours.
 */
async function modulesOf(step: string): Promise<readonly string[]> {
  const { metafile } = await build({
    ...{ absWorkingDir: ROOT, entryPoints: [`lambdas/${step}/index.ts`] },
    ...{ bundle: true, metafile: true, write: false, outdir: 'out' },
    ...{ platform: 'node', format: 'esm', logLevel: 'silent', external: PACKAGES },
  });
  return Object.keys(metafile.inputs);
}

const TABLES = /^(tables|core\/tables|core\/outputs\/table|packages\/engine)\/|\btable-/;
/** Stage makes the seek indexes of texts of tables. */
const BUT_INDEXES = /^(tables|core\/tables\/(?!run\/text-indexes)|packages\/engine)\/|\btable-/;
const MATRICES = /^core\/(sparse|outputs\/csv)\//;
const READERS_OF_MATRICES = /^core\/sparse\/(formats\/.+|layout|names|stage)\//;

it.each([
  ['write', 'tables', TABLES, 'core/sparse/matrix-facts.ts'],
  ['stage', 'tables but seek indexes', BUT_INDEXES, 'core/sparse/matrix-facts.ts'],
  ['write-table', 'matrices', MATRICES, 'core/tables/run/table-facts.ts'],
  ['plan-table', 'readers of matrices', READERS_OF_MATRICES, 'core/tables/run/table-facts.ts'],
])('%s holds nothing of %s', async (step, _, others, own) => {
  const modules = await modulesOf(step);
  expect(modules).toContain(own);
  expect(modules.filter((path) => others.test(path))).toEqual([]);
});
