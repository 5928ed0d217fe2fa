import type { PackUnits } from './pack-units.ts';

/** Units below a sixteenth of a file are small: they are gathered. */
const FINE = 16;

/** Places within a large text at which it may be cut, for each share. */
const GRID = 4;

/**
 * Places where one file may end and the next begin, in order; the first is the begin of the source
 * and the last its end.
 */
export interface Candidates {
  /** Bytes of the source before each place. */
  readonly offsets: readonly number[];
  /** Unit that begins there, or in which it lies. */
  readonly units: readonly number[];
  /** Bytes of that unit before the place; a record must be found there. */
  readonly within: readonly number[];
}

/** Collects places, each behind the one before it. */
class CandidateList implements Candidates {
  readonly offsets: number[] = [0];
  readonly units: number[] = [0];
  readonly within: number[] = [0];

  get last(): number {
    return this.offsets.at(-1)!;
  }

  add(offset: number, unit: number, within = 0): void {
    if (offset <= this.last) return;
    this.offsets.push(offset);
    this.units.push(unit);
    this.within.push(within);
  }

  /** The end of the source, with all empty units before it. */
  end(offset: number, unit: number): void {
    if (this.offsets.length > 1 && this.last >= offset) {
      this.offsets.pop();
      this.units.pop();
      this.within.pop();
    }
    this.offsets.push(offset);
    this.units.push(unit);
    this.within.push(0);
  }
}

/**
 * Finds the places for files of `share` bytes of source: between units that are not small, between
 * small ones about every sixteenth of a share and nearest to whole shares, and within texts that
 * can be split at whole shares and quarters of them.
 *
 * Holds some 100 bytes for each sixteenth of a share.
 */
export function findCandidates(units: PackUnits, share: number): Candidates {
  const list = new CandidateList();
  const fine = share / FINE;
  const step = share / GRID;
  let start = 0;
  for (let unit = 0; unit < units.units; unit++) {
    const bytes = units.bytesOf(unit);
    const end = start + bytes;
    const isLarge = bytes >= fine;
    const isAcross = Math.floor(end / share) > Math.floor(start / share);
    if (isLarge || isAcross) list.add(start, unit);
    if (isLarge && units.canSplit(unit)) {
      for (let k = Math.floor((start + fine) / step) + 1; k * step < end - fine; k++) {
        list.add(k * step, unit, Math.round(k * step - start));
      }
    }
    if (isLarge || isAcross || end - list.last >= fine) list.add(end, unit + 1);
    start = end;
  }
  list.end(start, units.units);
  return list;
}
