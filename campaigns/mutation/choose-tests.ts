/** Chooses the test files of a mutant, those most likely to notice it first. */
import { hitOf } from './count-calls.ts';
import type { Mutant } from './find-mutants.ts';
import type { TestFile } from './test-map.ts';
import type { Choice } from './vitest-host.ts';

/** 0 for the test of the file itself, 1 for other tests of core, 2 for tests of what uses core. */
function distance(testFile: string, file: string): number {
  const mirrored = `test/${file.replace(/\.ts$/, '.')}`;
  if (testFile.startsWith(mirrored)) return 0;
  return testFile.startsWith('test/core/') ? 1 : 2;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** The tests of a file that run a function; all of them if it runs when the file is loaded. */
function chooseOf({ testFile, milliseconds, hits, tests }: TestFile, hit: string): Choice[] {
  const chosen = hits.has(hit) ? tests : tests.filter((test) => test.hits.has(hit));
  if (chosen.length === 0) return [];
  const testIds = chosen.length === tests.length ? undefined : chosen.map(({ id }) => id);
  const took = milliseconds + sumOf(chosen.map((test) => test.milliseconds));
  return [{ testFile, testIds, milliseconds: took }];
}

/**
 * Tests that run the function of a mutant: first those of its own file, then those of core; quick
 * ones first.
 */
export function chooseTests({ file, scope }: Mutant, testFiles: readonly TestFile[]): Choice[] {
  const choices = testFiles.flatMap((testFile) => chooseOf(testFile, hitOf(file, scope)));
  return choices.toSorted(
    (a, b) =>
      distance(a.testFile, file) - distance(b.testFile, file) || a.milliseconds - b.milliseconds,
  );
}
