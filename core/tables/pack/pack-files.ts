import { inOrder } from '#core/bytes/in-order.ts';
import { BoundExceededError, RequestError } from '#core/errors.ts';
import { type Candidates, findCandidates } from './candidates.ts';
import { chooseByCount, chooseBySize } from './choose-cuts.ts';
import type { PackUnits, TablePosition } from './pack-units.ts';
import { PredictedOutput, type SizeRatios } from './size-ratios.ts';

/** A file of the output: what is between two positions, the end exclusive. */
export interface PackedChunk {
  readonly index: number;
  readonly start: TablePosition;
  readonly end: TablePosition;
  readonly sourceBytes: number;
  /** Bytes of the file by the ratios of the sample. */
  readonly predictedBytes: number;
  /** Of a table whose partitions lie in its keys: the values that all rows have. */
  readonly partition?: readonly (string | null)[];
}

/**
 * How large files are: in bytes as they are written, in bytes of the source, or by their number.
 */
export type FileSizes =
  | { readonly targetFileBytes: number }
  | { readonly sourceBytes: number }
  | { readonly files: number };

/** A record of a text at which it may be cut. */
export interface TextCut {
  /** Byte of the (inflated) text. */
  readonly at: number;
  /** Bytes before it as they are stored; at the end of the text all that it has. */
  readonly bytes: number;
}

export interface PackOptions {
  /** From a sample. */
  readonly ratios: SizeRatios;
  readonly size: FileSizes;
  /** Most bytes of the source that a writer has room for in a file. @default any */
  readonly mostSourceBytes?: number;
  /** Finds the first record behind so many stored bytes of an object; else its end. */
  readonly cut: (object: number, bytes: number) => Promise<TextCut>;
}

const MiB = 1024 * 1024;

/** Smaller files cost more requests than they save; a chunk is one object of a single upload. */
const TARGET_BYTES = { min: 16 * MiB, max: 5 * 1024 * MiB };

/** The plan is held in memory: some 100 bytes for each sixteenth of a file. */
export const MAX_FILES = 100_000;

/** What is aimed at of the most, which a sample predicts. */
const ROOM_SHARE = 0.75;

/** Each cut is some reads of 64 KiB. */
const CUTS_AT_ONCE = 16;

interface FilePlan {
  readonly candidates: Candidates;
  readonly chosen: readonly number[];
}

/** @throws {BoundExceededError} there are too many files, or none. */
export function checkedCount(files: number, hint: string): number {
  if (Number.isSafeInteger(files) && files >= 1 && files <= MAX_FILES) return files;
  throw new BoundExceededError(
    `the output would be ${files} files, allowed are 1 to ${MAX_FILES}; ${hint}`,
  );
}

function checkedTarget(targetFileBytes: number): number {
  const { min, max } = TARGET_BYTES;
  if (targetFileBytes >= min && targetFileBytes <= max) return targetFileBytes;
  throw new RequestError([
    `output.targetFileBytes is ${targetFileBytes}, allowed are ${min} (16 MiB) to ${max} (5 GiB)`,
  ]);
}

function planBySize(units: PackUnits, wanted: number, most: number): FilePlan {
  const target = Math.min(wanted, ROOM_SHARE * most);
  const files = Math.max(1, Math.round(units.totalBytes / target));
  const hint = target < wanted ? 'split the source' : 'give a larger output.targetFileBytes';
  checkedCount(files, hint);
  const share = units.totalBytes / files;
  const candidates = findCandidates(units, share);
  return { candidates, chosen: chooseBySize(candidates, { target, share, most }) };
}

function planByCount(units: PackUnits, files: number, most: number): FilePlan {
  checkedCount(files, 'give another output.files');
  if (units.totalBytes / files > most) {
    throw new BoundExceededError(
      `output.files is ${files}, so that a file would have ${Math.round(units.totalBytes / files)} bytes of the source, at most ${Math.round(most)} are allowed, as a writer has to hold their text; ask for at least ${Math.ceil(units.totalBytes / most)} files`,
    );
  }
  const candidates = findCandidates(units, units.totalBytes / files);
  return { candidates, chosen: chooseByCount(candidates, files) };
}

/** A boundary between files. */
interface Boundary {
  readonly position: TablePosition;
  /** Bytes of source before it. */
  readonly offset: number;
}

async function boundaryAt(
  units: PackUnits,
  { offsets, units: places, within }: Candidates,
  index: number,
  cut: PackOptions['cut'],
): Promise<Boundary> {
  if (index === 0) return { position: { object: 0, at: 0 }, offset: 0 };
  const unit = places[index]!;
  const start = units.startOf(unit);
  const offset = offsets[index]!;
  const wanted = within[index]!;
  if (wanted === 0) return { position: start, offset };
  const unitStart = offset - wanted;
  const { at, bytes } = await cut(start.object, wanted);
  const all = units.bytesOf(unit);
  if (bytes >= all) return { position: units.startOf(unit + 1), offset: unitStart + all };
  return { position: { object: start.object, at }, offset: unitStart + bytes };
}

function planFiles(
  units: PackUnits,
  { size, ratios, mostSourceBytes = Number.POSITIVE_INFINITY }: PackOptions,
): FilePlan {
  if ('files' in size) return planByCount(units, size.files, mostSourceBytes);
  const target =
    'sourceBytes' in size ? size.sourceBytes : checkedTarget(size.targetFileBytes) / ratios.overall;
  return planBySize(units, target, mostSourceBytes);
}

function isBehind(position: TablePosition, last: TablePosition): boolean {
  return (
    position.object > last.object || (position.object === last.object && position.at > last.at)
  );
}

/**
 * Begins and ends of the files: places whose records turn out to be one fall together, and so do
 * those that a search passed.
 */
async function* boundaries(
  units: PackUnits,
  { candidates, chosen }: FilePlan,
  cut: PackOptions['cut'],
): AsyncGenerator<Boundary> {
  const tasks = chosen.map((index) => () => boundaryAt(units, candidates, index, cut));
  let last: Boundary | undefined;
  for await (const boundary of inOrder(tasks, CUTS_AT_ONCE)) {
    if (last !== undefined && !isBehind(boundary.position, last.position)) continue;
    yield boundary;
    last = boundary;
  }
}

/**
 * Plans the files of an output: ranges of the source that follow each other without a gap.
 *
 * By `targetFileBytes` all files are 0.4 to 2 times as large wherever the units allow it, and as
 * even as they can be; the remainder of a source that is smaller is one file. By `files` there are
 * exactly so many. Small units are gathered, texts are cut at records, and units that cannot be
 * split are files of their own where they are larger. The same source gives the same files. Where
 * a writer has no room for so much of the source, files are smaller than asked for.
 *
 * One call of `cut` for each file that ends within a text, 16 at a time. Holds 51 bytes for a unit
 * and 2 kB for a file. A source without objects gives none.
 *
 * @throws {RequestError} `targetFileBytes` outside of 16 MiB to 5 GiB, or more files than pieces.
 * @throws {BoundExceededError} more than 100,000 files, or so few that a writer has no room for
 * one.
 */
export async function* packFiles(
  units: PackUnits,
  options: PackOptions,
): AsyncGenerator<PackedChunk> {
  const { ratios, size, cut } = options;
  const plan = planFiles(units, options);
  const predicted = new PredictedOutput(units, ratios);
  let outputStart = 0;
  let index = 0;
  let start: Boundary | undefined;
  for await (const end of boundaries(units, plan, cut)) {
    if (start !== undefined) {
      const sourceBytes = end.offset - start.offset;
      const outputEnd = predicted.until(end.offset);
      const predictedBytes = Math.round(outputEnd - outputStart);
      outputStart = outputEnd;
      yield { index, start: start.position, end: end.position, sourceBytes, predictedBytes };
      index += 1;
    }
    start = end;
  }
  if ('files' in size && units.objects > 0 && index !== size.files) {
    throw new RequestError([
      `output.files is ${size.files}, but the records are so long that there are only ${index} pieces; ask for at most so many`,
    ]);
  }
}
