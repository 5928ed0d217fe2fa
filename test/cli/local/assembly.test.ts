import { globSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { ASSEMBLY_SOURCES } from '#cli/local/assembly.ts';

it('is made again when any file changes that the functions are bundled from', async () => {
  const { metafile } = await build({
    entryPoints: globSync('lambdas/*/index.ts'),
    ...{ bundle: true, metafile: true, write: false, outdir: 'unused', logLevel: 'silent' },
    ...{ platform: 'node', format: 'esm', external: ['@duckdb/*'] },
  });
  const ours = Object.keys(metafile.inputs).filter((path) => !path.includes('node_modules'));
  expect(ours.length).toBeGreaterThan(100);
  const isKnown = (path: string) => ASSEMBLY_SOURCES.some((glob) => matchesGlob(path, glob));
  expect(ours.filter((path) => !isKnown(path))).toEqual([]);
});
