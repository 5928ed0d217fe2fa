import * as z from 'zod/mini';
import { CorruptSourceError } from '#core/errors.ts';
import { readTexts } from '#core/objects/read-texts.ts';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';
import { count } from '#core/schemas/count.ts';
import { readLines, type TextSource } from '#core/text/text-source.ts';
import { type RowOptions, RowReader } from './row-reader.ts';

const scan = z.strictObject({
  /** Numbers of the segments that have rows, in order. */
  segments: z.array(count),
  rows: count,
  /** Lowest and highest index as in the text; null without entries. */
  indices: z.nullable(z.tuple([count, count])),
});

/** What one job found in its segments. */
export type Scan = z.infer<typeof scan>;

/** Name of the object with the scan of a job. */
export function scanName(job: number): string {
  return `scan/${String(job).padStart(6, '0')}.json`;
}

/**
 * Checks the lines of one job and writes what it found below `scan/`.
 *
 * @throws {CorruptSourceError} a line has not this format; names the line.
 * @throws {BoundExceededError} a line or an index is beyond a bound.
 */
export async function stageScan(
  text: TextSource,
  job: number,
  context: {
    readonly options: Pick<RowOptions, 'labels' | 'lowest'>;
    /** Offset of the first row in the text. */
    readonly from: number;
    readonly staged: StageStore;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const { options, from, staged, signal } = context;
  const reader = new RowReader({ ...options, uri: text.uri, shift: 0 });
  const segments: number[] = [];
  let rows = 0;
  for await (const block of readLines(text, job, from)) {
    signal?.throwIfAborted();
    const segment = Math.floor(block.offset / text.segmentBytes);
    const found = reader.read(block).rowEnds.length;
    rows += found;
    if (found > 0 && segments.at(-1) !== segment) segments.push(segment);
  }
  const { minIndex, maxIndex } = reader;
  const found: Scan = { segments, rows, indices: maxIndex === -1 ? null : [minIndex, maxIndex] };
  await staged.create(scanName(job), [new TextEncoder().encode(JSON.stringify(found))]);
}

function parseScan(text: string): Scan {
  const parsed = scan.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new CorruptSourceError(
    `a staged scan of svmlight text is damaged: ${text.slice(0, 80)}; delete it and run again`,
  );
}

/** Reads scans: one read each, 32 at the same time. */
export async function readScans(objects: Iterable<StagedObject>): Promise<Scan[]> {
  const scans: Scan[] = [];
  for await (const text of readTexts(objects)) scans.push(parseScan(text));
  return scans;
}
