import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of whole jobs: small in bytes, long in time. */
const WHOLE_JOBS = /\/(test\/e2e|campaigns)\//;

/**
 * Vitest's order of test files, by time where it is known and by size where not, with whole jobs before all
 * others: none of them is begun at the end, when the other worker has nothing left to do.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => WHOLE_JOBS.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
