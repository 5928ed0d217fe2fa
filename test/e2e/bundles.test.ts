import { glob, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cloudAssembly } from '#cli/assembly.ts';

/** What a bundle may have, bytes: a larger one takes longer to load in each new environment. */
const MAX_BUNDLE_BYTES = 600_000;

test('every function is one bundle small enough to start fast', async () => {
  const assembly = await cloudAssembly(new AbortController().signal);
  const bundles = await Array.fromAsync(glob('asset.*/index.mjs', { cwd: assembly }));
  expect(bundles).toHaveLength(5);
  for (const bundle of bundles) {
    expect((await stat(join(assembly, bundle))).size).toBeLessThanOrEqual(MAX_BUNDLE_BYTES);
  }
});
