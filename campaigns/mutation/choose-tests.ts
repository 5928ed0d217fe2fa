/** Chooses the test files of a mutant, those most likely to notice it first. */
import { hitOf } from './count-calls.ts';
import type { Mutant } from './find-mutants.ts';
import type { TestFile } from './test-map.ts';

/** 0 for the test of the file itself, 1 for the rest of core, 2 for what is built on it. */
function distance(testFile: string, file: string): number {
  const mirrored = `test/${file.replace(/\.ts$/, '.')}`;
  if (testFile.startsWith(mirrored)) return 0;
  return testFile.startsWith('test/core/') ? 1 : 2;
}

/** Test files that run the function the mutant is in: its own, then core's, the quick ones first. */
export function chooseTests({ file, scope }: Mutant, tests: readonly TestFile[]): TestFile[] {
  return tests
    .filter(({ hits }) => hits.has(hitOf(file, scope)))
    .toSorted(
      (a, b) =>
        distance(a.testFile, file) - distance(b.testFile, file) || a.milliseconds - b.milliseconds,
    );
}
