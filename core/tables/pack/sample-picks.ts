import type { PackUnits, TablePosition } from './pack-units.ts';
import { samplePlaces } from './sample-places.ts';

/** Each is opened: small objects are too many, all of them. */
const MAX_PICKS = 512;

/** A unit, or a part of one, that is sampled. */
export interface SamplePick {
  /** Where its unit begins. */
  readonly position: TablePosition;
  /** Bytes within the unit, the end exclusive: all where it cannot be split. */
  readonly from: number;
  readonly to: number;
  /** Bytes of the whole unit. */
  readonly unitBytes: number;
  /** Whether the unit may be cut at any record. */
  readonly canSplit: boolean;
}

/** Leaves out every other pick until there are few enough. */
function thinned(
  picks: readonly SamplePick[],
  isFew: (picks: readonly SamplePick[]) => boolean,
): readonly SamplePick[] {
  let left = picks;
  while (left.length > 1 && !isFew(left)) left = left.filter((_, index) => index % 2 === 1);
  return left;
}

/**
 * Picks what a source is sampled by: parts of texts at {@link samplePlaces}, and the units there
 * that cannot be split as a whole. At most 512, evenly chosen; the same source gives the same
 * ones.
 *
 * @param maxUnitBytes of all units together that cannot be split; one is picked at least.
 */
export function samplePicks(units: PackUnits, maxUnitBytes: number): readonly SamplePick[] {
  const places = samplePlaces(units.totalBytes);
  const picks: SamplePick[] = [];
  let place = 0;
  let start = 0;
  for (let unit = 0; unit < units.units && place < places.length; unit++) {
    const bytes = units.bytesOf(unit);
    const canSplit = units.canSplit(unit);
    const pick = { position: units.startOf(unit), unitBytes: bytes, canSplit };
    let isPicked = false;
    for (; place < places.length; place++) {
      const { offset, length } = places[place]!;
      const [from, to] = [Math.max(offset - start, 0), Math.min(offset + length - start, bytes)];
      const isHere = from < to;
      if (isHere && canSplit) picks.push({ ...pick, from, to });
      else isPicked ||= isHere;
      if (offset + length > start + bytes) break;
    }
    if (isPicked) picks.push({ ...pick, from: 0, to: bytes });
    start += bytes;
  }
  return thinned(picks, (left) => {
    const whole = left.filter((pick) => !pick.canSplit);
    const bytes = whole.reduce((sum, { to }) => sum + to, 0);
    return left.length <= MAX_PICKS && bytes <= maxUnitBytes;
  });
}
