import { StatesError } from '@sparse-fanout/local-cloud/stepfunctions/errors.ts';
import { Retries } from '@sparse-fanout/local-cloud/stepfunctions/retry.ts';
import { createRandom } from '#support/seeded-random.ts';
import { Timers } from './timers.ts';

/** What Step Functions sees when the account's functions are all busy. */
const THROTTLED = new StatesError('Lambda.TooManyRequestsException', 'Rate Exceeded.');

/** Seconds that a writer takes for a chunk, the median of 1,000 writers on AWS, and its spread. */
const CHUNK_SECONDS = 8;
const CHUNK_SPREAD = 0.25;

/** Children that one Distributed Map has at once, if a request does not say. */
const MAP_CONCURRENCY = 500;

/** Files that arrive together in an account of few functions. */
export interface Arrival {
  /** Functions that the account may run at once. */
  readonly limit: number;
  /** Each is a run of its own. */
  readonly files: number;
  readonly chunksPerFile: number;
  readonly seed: number;
}

/** How the runs ended. */
export interface Outcome {
  /** Runs with a child that gave up: a Map tolerates none. */
  readonly failedRuns: number;
  /** Simulated seconds until the last run ended. */
  readonly seconds: number;
  /** Tries of all chunks; each is a billed transition. */
  readonly tries: number;
  /** Most tries that one chunk needed. */
  readonly mostTries: number;
}

/** One try of a chunk after the other, as its state's Retry says. */
interface Child {
  readonly file: number;
  readonly retries: Retries;
}

/**
 * Simulates runs against Lambda's limit of concurrent functions: a try that finds no free function
 * is throttled, and waits as the Retry list of the state says. Children start as soon as their Map
 * lets them, which is sooner than on AWS.
 *
 * @param retry the list of the state that invokes the writer, as it was loaded from the definition.
 */
export function simulateArrival(
  retry: ConstructorParameters<typeof Retries>[0],
  { limit, files, chunksPerFile, seed }: Arrival,
): Outcome {
  const random = createRandom(seed);
  const timers = new Timers();
  const children: Child[] = [];
  const left = Array.from({ length: files }, () => chunksPerFile);
  const failed = new Set<number>();
  const busy = new Set<number>();
  let [seconds, tries, mostTries] = [0, 0, 0];

  const startNext = (file: number) => {
    if (failed.has(file) || left[file] === 0) return;
    left[file]! -= 1;
    const id = children.push({ file, retries: new Retries(retry, random.next) }) - 1;
    timers.add(seconds, id);
  };
  const attempt = (id: number, { file, retries }: Child) => {
    tries += 1;
    mostTries = Math.max(mostTries, retries.count + 1);
    if (busy.size < limit) {
      busy.add(id);
      const spread = 1 + CHUNK_SPREAD * (2 * random.next() - 1);
      return timers.add(seconds + CHUNK_SECONDS * spread, id);
    }
    const wait = retries.next(THROTTLED);
    if (wait === undefined) return failed.add(file);
    return timers.add(seconds + wait / 1000, id);
  };

  for (let file = 0; file < files; file += 1) {
    const atOnce = Math.min(MAP_CONCURRENCY, chunksPerFile);
    for (let count = 0; count < atOnce; count += 1) startNext(file);
  }
  while (timers.size > 0) {
    const { time, id } = timers.next();
    const child = children[id]!;
    seconds = time;
    if (busy.delete(id)) startNext(child.file);
    else if (!failed.has(child.file)) attempt(id, child);
  }
  return { failedRuns: failed.size, seconds, tries, mostTries };
}
