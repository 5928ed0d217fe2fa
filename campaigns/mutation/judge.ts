/** Runs mutants against their tests. */
import { chooseTests } from './choose-tests.ts';
import type { Mutant } from './find-mutants.ts';
import type { TestFile } from './test-map.ts';
import type { Choice } from './vitest-host.ts';
import { type RunEnd, WorkerProcess } from './worker-process.ts';

/**
 * The fate of a mutant: a test noticed it, it never ended, it ended the process, or none of these.
 */
export type Fate = 'assertion' | 'hang' | 'crash' | 'survived';

/** A mutant and its fate. */
export interface Verdict {
  readonly mutant: Mutant;
  readonly fate: Fate;
  /** What noticed it, and how. */
  readonly testFile?: string | undefined;
  readonly error?: string | undefined;
}

/** Mutants to run, with what there is to notice them. */
export interface Trial {
  readonly mutants: readonly Mutant[];
  readonly tests: readonly TestFile[];
  readonly jobs: number;
  /** Most milliseconds of tests for one mutant. */
  readonly milliseconds: number;
  readonly onVerdict: (verdict: Verdict) => void;
}

/** A test file counts as hung after this many times its usual time, and this much more. */
const SLOWER = 3;
const GRACE_MILLISECONDS = 20_000;

const TIMED_OUT = /timed out in \d+ ?ms/;

/** The first tests that together take at most so long, and at least one file. */
function within(choices: readonly Choice[], milliseconds: number): readonly Choice[] {
  let left = milliseconds;
  const end = choices.findIndex((choice) => {
    left -= choice.milliseconds;
    return left < 0;
  });
  return end < 0 ? choices : choices.slice(0, Math.max(end, 1));
}

function verdictOf(mutant: Mutant, { ends, lost }: RunEnd): Verdict {
  const failed = ends.find(({ error }) => error !== undefined);
  if (failed?.error !== undefined) {
    const fate = TIMED_OUT.test(failed.error) ? 'hang' : 'assertion';
    return { mutant, fate, testFile: failed.testFile, error: failed.error };
  }
  return { mutant, fate: lost ?? 'survived' };
}

async function work(trial: Trial, take: () => Mutant | undefined): Promise<void> {
  let worker: WorkerProcess | undefined;
  for (let mutant = take(); mutant !== undefined; mutant = take()) {
    const choices = within(chooseTests(mutant, trial.tests), trial.milliseconds);
    if (choices.length === 0) {
      trial.onVerdict({ mutant, fate: 'survived', error: 'no test runs it' });
      continue;
    }
    worker ??= await WorkerProcess.start('mutants');
    const swap = { file: mutant.file, change: mutant };
    const times = new Map(choices.map((choice) => [choice.testFile, choice.milliseconds]));
    const limitOf = (testFile: string) => GRACE_MILLISECONDS + SLOWER * (times.get(testFile) ?? 0);
    const end = await worker.run({ choices, swap }, limitOf);
    if (end.lost !== undefined) worker = undefined;
    trial.onVerdict(verdictOf(mutant, end));
  }
  worker?.kill();
}

/** Runs each mutant until a test fails, several mutants at once. */
export async function judge(trial: Trial): Promise<void> {
  const left = [...trial.mutants];
  await Promise.all(Array.from({ length: trial.jobs }, () => work(trial, () => left.shift())));
}
