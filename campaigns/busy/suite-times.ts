import { readFile } from 'node:fs/promises';

/** What one run of the test suite took. */
export interface SuiteTimes {
  readonly seconds: number;
  /** Milliseconds of each test, by its file and full name. */
  readonly tests: ReadonlyMap<string, number>;
  /**
   * Names of the tests that failed, each with the first line of its error, and of files that could
   * not be run.
   */
  readonly failed: readonly string[];
}

/** A test that ran beside other programs. */
export interface SlowTest {
  readonly name: string;
  readonly quietMilliseconds: number;
  readonly busyMilliseconds: number;
}

/** The fields of Vitest's JSON report that are read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly duration?: number;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** Reads the report that Vitest wrote of a run of `seconds` seconds. */
export function readTimes(report: Report, seconds: number, root: string): SuiteTimes {
  const tests = new Map<string, number>();
  const failed: string[] = [];
  for (const { name, status, assertionResults } of report.testResults) {
    const file = name.replace(`${root}/`, '');
    const broken = assertionResults.filter((result) => result.status === 'failed');
    for (const { fullName, duration = 0 } of assertionResults) {
      tests.set(`${file} ${fullName}`, duration);
    }
    for (const { fullName, failureMessages = [] } of broken) {
      failed.push(`${file} ${fullName}: ${failureMessages[0]?.split('\n')[0] ?? ''}`);
    }
    if (status === 'failed' && broken.length === 0) failed.push(file);
  }
  return { seconds, tests, failed };
}

/** Reads a report from its file, see {@link readTimes}. */
export async function readReport(path: string, seconds: number, root: string): Promise<SuiteTimes> {
  return readTimes(JSON.parse(await readFile(path, 'utf8')), seconds, root);
}

/** The tests of both runs; those that took longest beside other programs come first. */
export function slowestFirst(quiet: SuiteTimes, busy: SuiteTimes): readonly SlowTest[] {
  const both = [...busy.tests].flatMap(([name, busyMilliseconds]) => {
    const quietMilliseconds = quiet.tests.get(name);
    return quietMilliseconds === undefined ? [] : [{ name, quietMilliseconds, busyMilliseconds }];
  });
  return both.sort((a, b) => b.busyMilliseconds - a.busyMilliseconds);
}

/** How many times as long a test took beside other programs. */
export function timesAsLong({ quietMilliseconds, busyMilliseconds }: SlowTest): number {
  return busyMilliseconds / Math.max(1, quietMilliseconds);
}
