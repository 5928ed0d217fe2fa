import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Test files that run whole jobs: small files that take long. */
const WHOLE_JOBS = /\/(test\/e2e|campaigns)\//;

/**
 * Vitest's order of test files: by time where it is known, else by size, and whole jobs before all
 * others. So no long file starts at the end, when the other worker has nothing left to do.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => WHOLE_JOBS.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
