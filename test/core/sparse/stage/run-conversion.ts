import { NPY_HEADER_BYTES } from '#core/containers/npy/write-header.ts';
import type { MemoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { PartLayout } from '#core/sparse/layout/matrix-layout.ts';
import type { ConversionBounds } from '#core/sparse/stage/conversion-bounds.ts';
import { type Conversion, resolveConversion, stageConversion } from '#core/sparse/stage/convert.ts';
import type { EntrySource } from '#core/sparse/stage/entry-source.ts';

/** Bounds so small that a few entries take several rounds and parts. */
export const TINY: ConversionBounds = {
  sortBytes: 64,
  partRows: 4,
  rowGroups: 4,
  blockEntries: 2,
  maxTasks: 100,
  directPairs: 100,
  tileSide: 2,
};

/** What a conversion did: its parts, and the rounds it took. */
export interface Converted {
  readonly parts: readonly PartLayout[];
  readonly rounds: readonly (readonly StageJob[])[];
}

/**
 * Plays Plan and Stage in turn until the parts are there; jobs of a round run in any order, here
 * last first.
 */
export async function runConversion(
  entries: EntrySource,
  staged: MemoryStageStore,
  bounds?: ConversionBounds,
): Promise<Converted> {
  const rounds: (readonly StageJob[])[] = [];
  for (;;) {
    const state: Conversion = await resolveConversion(entries, staged, bounds);
    if ('parts' in state) return { parts: state.parts, rounds };
    rounds.push(state.jobs);
    for (const job of state.jobs.toReversed()) await stageConversion(entries, staged, job, bounds);
  }
}

/** CSR arrays as plain bytes and lists. */
export interface CsrBytes {
  readonly indptr: readonly number[];
  readonly indices: readonly number[];
  readonly data: Uint8Array;
}

function elementsOf(staged: MemoryStageStore, part: PartLayout, object: number): Uint8Array {
  const name = part.objects[object]!.uri.replace('memory/_staged/', '');
  return staged.objects.get(name)!.slice(NPY_HEADER_BYTES);
}

/** Puts the parts on top of each other. */
export function stackParts(staged: MemoryStageStore, parts: readonly PartLayout[]): CsrBytes {
  const indptr = [0];
  const indices: number[] = [];
  const data: Uint8Array[] = [];
  for (const part of parts) {
    const before = indptr.at(-1)!;
    const pointers = new BigInt64Array(elementsOf(staged, part, 0).buffer);
    indptr.push(...Array.from(pointers.subarray(1), (pointer) => before + Number(pointer)));
    indices.push(...new Int32Array(elementsOf(staged, part, 1).buffer));
    data.push(elementsOf(staged, part, 2));
  }
  return { indptr, indices, data: new Uint8Array(Buffer.concat(data)) };
}
