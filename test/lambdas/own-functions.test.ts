import { bundleFunctions, functionsFolder } from '@sparse-fanout/engine/bundle-functions.ts';
import { byName, digestsOf } from '@sparse-fanout/engine/function-module.ts';
import { expect, it } from 'vitest';
import { deployedFunctions } from '#lambdas/shared/own-functions.ts';

it('a function finds the modules beside its code as they were bundled', () => {
  const file = 'examples/functions/clean.ts';
  const modules = byName([bundleFunctions('clean', file), bundleFunctions('a-b', file)]);
  const found = deployedFunctions(functionsFolder(modules));
  expect(digestsOf(found)).toEqual(digestsOf(modules));
  expect([...found.keys()]).toEqual(['a-b', 'clean']);
  expect(deployedFunctions().size).toBe(0);
});
