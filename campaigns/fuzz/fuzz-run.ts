import { createInput, type FuzzInput } from './fuzz-input.ts';
import { digestOf, type Oracle, type Verdict } from './oracle.ts';
import { type Reading, readInput } from './read-input.ts';
import { GROUPS, type Seeds } from './seeds.ts';

/** How the rows compare with those that the libraries read. */
type Comparison =
  | 'equal'
  /** Both read the source, but not the same rows. This must never happen. */
  | 'different'
  | 'library refuses'
  | 'library reads'
  | 'both refuse'
  | 'library declines';

/** The result of a run, without its rows. */
export interface RunResult {
  readonly run: number;
  readonly group: string;
  readonly end: Reading['end'];
  /** Of an error. */
  readonly name: string;
  readonly message: string;
  readonly milliseconds: number;
  readonly comparison?: Comparison;
  /** Why the libraries do not read the source. */
  readonly reason?: string;
}

/** Begins the reason if a library refuses what we read, and our rows are not those of the seed. */
export const OTHER_ROWS = 'OTHER ROWS ';

/** One of this many sources that we refuse is given to the libraries. */
const REFUSED_SAMPLE = 20;

/** One source that was read, before it is compared. */
export interface ReadRun {
  readonly input: FuzzInput;
  readonly reading: Reading;
  readonly result: RunResult;
}

/** Makes the source of a run and reads it. */
export async function readRun(seeds: Seeds, seed: number, run: number): Promise<ReadRun> {
  const input = createInput(seeds, seed, run);
  const began = performance.now();
  const reading = await readInput(input);
  const milliseconds = performance.now() - began;
  const { name, message } = reading.end === 'accepted' ? { name: '', message: '' } : reading;
  const result = { run, group: input.group, end: reading.end, name, message, milliseconds };
  return { input, reading, result };
}

/**
 * Whether the libraries read the source of a run too: they do for all that we accept, and for some
 * others.
 */
export function isCompared({ reading, input }: ReadRun): boolean {
  return (
    reading.end === 'accepted' || (reading.end === 'refused' && input.run % REFUSED_SAMPLE === 0)
  );
}

function compare(reading: Reading, verdict: Verdict): Comparison {
  if (verdict.end === 'declined') return 'library declines';
  if (verdict.end === 'refused') {
    return reading.end === 'accepted' ? 'library refuses' : 'both refuse';
  }
  if (reading.end !== 'accepted') return 'library reads';
  return digestOf(reading.rows) === verdict.digest ? 'equal' : 'different';
}

/** Whether a damaged source has the rows of the valid one. Then its damage does not matter. */
async function hasSeedRows({ input, reading }: ReadRun): Promise<boolean> {
  const seed = await readInput({ ...input, objects: input.origin.objects });
  return seed.end === 'accepted' && reading.end === 'accepted' && seed.rows === reading.rows;
}

/** Has the libraries read the source of a run. */
export async function compareRun(read: ReadRun, oracle: Oracle): Promise<RunResult> {
  const { input, reading, result } = read;
  const format = reading.end === 'accepted' ? reading.format : GROUPS[input.group];
  const verdict = await oracle.judge(input, format);
  const comparison = compare(reading, verdict);
  if (verdict.end === 'accepted') return { ...result, comparison };
  const isOther = comparison === 'library refuses' && !(await hasSeedRows(read));
  return { ...result, comparison, reason: `${isOther ? OTHER_ROWS : ''}${verdict.reason}` };
}
