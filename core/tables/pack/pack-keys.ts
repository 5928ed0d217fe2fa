import { RequestError } from '#core/errors.ts';

/** Consecutive keys `[start, end)` whose rows are one chunk. */
export interface PackedKeys {
  readonly start: number;
  readonly end: number;
  readonly rows: number;
}

/** Most of a chunk of several keys, in targets. */
export const MOST_OF_TARGET = 1.25;

/**
 * Keys that follow each other are moved together while they have less than this share of the
 * target: chunks are as even as 3 % then, and what is compared is 100 places for a chunk.
 */
const RUN_SHARE = 1 / 32;

/** Rows that keys which are moved together have at most, see {@link packKeys}. */
export function runRows(target: number): number {
  return target * RUN_SHARE;
}

/** Keys moved together: begins of the runs, and rows before each; one more for the end. */
interface Runs {
  readonly starts: readonly number[];
  readonly before: readonly number[];
}

function runsOf(rows: ArrayLike<number>, target: number): Runs {
  const most = runRows(target);
  const starts: number[] = [];
  const before: number[] = [];
  let sum = 0;
  for (let key = 0; key < rows.length; key++) {
    const begun = before.at(-1);
    if (begun === undefined || sum + rows[key]! - begun > most) {
      starts.push(key);
      before.push(sum);
    }
    sum += rows[key]!;
  }
  return { starts: [...starts, rows.length], before: [...before, sum] };
}

/** For each run the run with which the best last chunk that ends before it begins. */
function bestBegins(before: readonly number[], target: number): Int32Array {
  const costs = new Float64Array(before.length).fill(Number.POSITIVE_INFINITY);
  const begins = new Int32Array(before.length);
  costs[0] = 0;
  for (let end = 1; end < before.length; end++) {
    for (let begin = end - 1; begin >= 0; begin--) {
      const rows = before[end]! - before[begin]!;
      if (begin < end - 1 && rows > MOST_OF_TARGET * target) break;
      const cost = costs[begin]! + (rows / target - 1) ** 2;
      if (cost < costs[end]!) {
        costs[end] = cost;
        begins[end] = begin;
      }
    }
  }
  return begins;
}

/**
 * Packs keys whole into chunks of about as many rows: of all ways to cut their sequence, the one
 * whose chunks are nearest to the target, in squares. A chunk has more than 1.25 targets only
 * where a key alone has more.
 *
 * Takes 100 steps for a chunk, and one for a key; holds 16 bytes for a thirty-second of a target.
 *
 * @param rows of each key, in the order of the keys.
 * @param target rows, above 0.
 * @returns chunks that follow each other; none where there are no keys.
 * @throws {RequestError} the target is not above 0.
 */
export function packKeys(rows: ArrayLike<number>, target: number): readonly PackedKeys[] {
  if (!(target > 0))
    throw new RequestError([`a chunk of keys has more than 0 rows, got ${target}`]);
  const { starts, before } = runsOf(rows, target);
  const begins = bestBegins(before, target);
  const packed: PackedKeys[] = [];
  for (let end = starts.length - 1; end > 0; end = begins[end]!) {
    const begin = begins[end]!;
    const [start, behind] = [starts[begin]!, starts[end]!];
    packed.push({ start, end: behind, rows: before[end]! - before[begin]! });
  }
  return packed.reverse();
}
