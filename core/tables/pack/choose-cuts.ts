import { RequestError } from '#core/errors.ts';
import type { Candidates } from './candidates.ts';

/** The least and the greatest size of a good file, as shares of the target. */
const GOOD = { min: 0.4, max: 2 };

/** One file out of bounds weighs more than all files that are uneven. */
const OUT_OF_BOUNDS = 1e6;

/**
 * Sizes of files in bytes of the source: what is asked for, what equal files have, and the most
 * that a writer has room for.
 */
export interface FileSize {
  readonly target: number;
  readonly share: number;
  readonly most: number;
}

/** Whether a file is one unit that cannot be split, and so as good as it can be. */
function isWhole({ units, within }: Candidates, from: number, to: number): boolean {
  return within[from] === 0 && within[to] === 0 && units[to]! - units[from]! === 1;
}

function costOf(candidates: Candidates, [from, to]: [number, number], size: FileSize): number {
  const bytes = candidates.offsets[to]! - candidates.offsets[from]!;
  const uneven = (bytes / size.share - 1) ** 2;
  const isSmall = bytes < GOOD.min * size.target;
  const most = Math.min(GOOD.max * size.target, size.most);
  const isLarge = bytes > most && !isWhole(candidates, from, to);
  return isSmall || isLarge ? uneven + OUT_OF_BOUNDS : uneven;
}

/** Cuts in order, from the last place back to the first. */
function pathOf(before: Uint32Array): readonly number[] {
  const path: number[] = [];
  for (let at = before.length - 1; at > 0; at = before[at]!) path.push(at);
  return [0, ...path.reverse()];
}

/**
 * Chooses places so that as few files as possible are outside of 0.4 to 2 times the target, or
 * larger than the most, and their sizes are as even as possible.
 *
 * Compares some 50 places for each place.
 *
 * @returns indexes of the chosen places, with the first and the last one.
 */
export function chooseBySize(candidates: Candidates, size: FileSize): readonly number[] {
  const { offsets } = candidates;
  const costs = new Float64Array(offsets.length).fill(Number.POSITIVE_INFINITY);
  const before = new Uint32Array(offsets.length);
  costs[0] = 0;
  for (let to = 1; to < offsets.length; to++) {
    for (let from = to - 1; from >= 0; from--) {
      const isNear = from >= to - 2;
      if (!isNear && offsets[to]! - offsets[from]! > GOOD.max * size.target) break;
      const cost = costs[from]! + costOf(candidates, [from, to], size);
      if (cost < costs[to]!) [costs[to], before[to]] = [cost, from];
    }
  }
  return pathOf(before);
}

/**
 * Chooses places for exactly so many files, each nearest to its equal share.
 *
 * @throws {RequestError} there are fewer pieces than files.
 */
export function chooseByCount({ offsets }: Candidates, files: number): readonly number[] {
  const pieces = offsets.length - 1;
  if (pieces < files) {
    throw new RequestError([
      `output.files is ${files}, but the source can be cut into only ${pieces} even pieces, as row groups and most compressed texts are never cut; ask for at most so many`,
    ]);
  }
  const chosen = [0];
  let at = 0;
  for (let k = 1; k < files; k++) {
    const ideal = (offsets[pieces]! * k) / files;
    const isNearer = (next: number) =>
      Math.abs(offsets[next]! - ideal) < Math.abs(offsets[next - 1]! - ideal);
    at += 1;
    while (at < pieces - (files - k) && isNearer(at + 1)) at += 1;
    chosen.push(at);
  }
  return [...chosen, pieces];
}
