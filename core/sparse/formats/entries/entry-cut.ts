import type { DType } from '#core/elements/dtype.ts';
import { CONVERSION_BOUNDS, sortedEntriesOf } from '#core/sparse/stage/conversion-bounds.ts';

/** How a source is cut. Tests use small values. */
export interface EntryCut {
  /**
   * Entries of a segment. @default as many as a job sorts at once, 64 MiB of rows, columns and
   * values
   */
  readonly segmentEntries?: number;
  /**
   * Entries of a batch, which are read together. @default 131,072, which are 2 MiB with int32
   * indices and float64
   */
  readonly batchEntries?: number;
}

/** A run of entries: `[start, end)`. */
export interface EntryRun {
  readonly start: number;
  readonly end: number;
}

const BATCH_ENTRIES = 131_072;

/** Fills in the defaults. */
export function withDefaults(cut: EntryCut, dtype: DType): Required<EntryCut> {
  const { segmentEntries = sortedEntriesOf(dtype, CONVERSION_BOUNDS) } = cut;
  return { segmentEntries, batchEntries: cut.batchEntries ?? BATCH_ENTRIES };
}

/** Number of segments for so many entries: at least one. */
export function countSegments(entries: number, segmentEntries: number): number {
  return Math.max(1, Math.ceil(entries / segmentEntries));
}

/** The run of one segment. */
export function segmentRun(entries: number, segmentEntries: number, segment: number): EntryRun {
  const start = segment * segmentEntries;
  return { start, end: Math.min(start + segmentEntries, entries) };
}

/** Cuts a run into runs of at most `batchEntries`. */
export function* cutRun({ start, end }: EntryRun, batchEntries: number): Generator<EntryRun> {
  for (let from = start; from < end; from += batchEntries) {
    yield { start: from, end: Math.min(from + batchEntries, end) };
  }
}
