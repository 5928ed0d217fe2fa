import type { SourcePin } from '#core/objects/source-pin.ts';
import { PackUnits } from '#core/tables/pack/pack-units.ts';
import { samplePlaces } from '#core/tables/pack/sample-places.ts';
import type { SamplePlace } from './sample-text.ts';

/** A part of an object that is read for a sample. */
export interface PlannedSample extends SamplePlace {
  readonly object: number;
}

const MiB = 1024 * 1024;

/** Text that is sampled in all, as `samplePlaces` has it. */
const SAMPLE_BYTES = 16 * MiB;

/** Each costs some reads; so many small objects say enough of the others. */
const MAX_OBJECTS = 64;

/** Objects evenly over all. */
function spread(count: number): readonly number[] {
  return Array.from({ length: MAX_OBJECTS }, (_, i) => Math.floor((i * count) / MAX_OBJECTS));
}

/** Parts of plain texts: places of the whole source, each cut at the ends of its objects. */
function planPlain(pins: readonly SourcePin[]): PlannedSample[] {
  const units = new PackUnits();
  for (const { size } of pins) units.add({ bytes: size, canSplit: true });
  const places = samplePlaces(units.totalBytes);
  const positions = units.positionsAt(places.map(({ offset }) => offset));
  return positions.flatMap((position, index) => {
    const parts: PlannedSample[] = [];
    let left = places[index]!.length;
    for (let { object, at } = position; left > 0; object += 1, at = 0) {
      const length = Math.min(left, pins[object]!.size - at);
      if (length > 0) parts.push({ object, at, length });
      left -= length;
    }
    return parts;
  });
}

/**
 * Where a source of texts is sampled: eight places of 2 MiB, or all of it where it is smaller. A
 * compressed object is read from its begin; of more than 64 small ones, 64 are read. The same
 * source gives the same places.
 *
 * @param pins in their order; empty ones give nothing.
 */
export function planSample(
  pins: readonly SourcePin[],
  isCompressed: boolean,
): readonly PlannedSample[] {
  const parts = isCompressed
    ? pins.map((_, object) => ({ object, at: 0, length: SAMPLE_BYTES / Math.min(8, pins.length) }))
    : planPlain(pins);
  if (parts.length <= MAX_OBJECTS) return parts;
  return spread(parts.length).map((index) => parts[index]!);
}
