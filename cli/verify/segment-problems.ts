import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { readBlocks } from '#cli/sources/read-blocks.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { ManifestError, SourceNotFoundError } from '#core/errors.ts';
import type { ManifestEntry, Segment } from '#core/manifest/manifest.ts';
import { joinEntries } from '#core/manifest/single-entry.ts';
import { outputOf } from '#core/run/run-output.ts';
import { piecesOf } from './pieces.ts';

/** The fields of an entry that its segments add up to. */
function summed({ rowStart, rowEnd, counts, contentBytes, crc32, meta }: ManifestEntry): string {
  const figures = { rowStart, rowEnd, counts, contentBytes, crc32, bytes: meta.content_length };
  return JSON.stringify(figures);
}

/** Finds where segments do not tile the rows and bytes of their object. */
function tilingProblems(entry: ManifestEntry, segments: readonly Segment[]): string[] {
  const problems = segments.flatMap(({ rowStart, byteStart }, position) => {
    const before = segments[position - 1];
    const row = before?.rowEnd ?? entry.rowStart;
    const byte = before === undefined ? 0 : before.byteStart + before.bytes;
    if (rowStart === row && byteStart === byte) return [];
    return [
      `segment ${position} begins at row ${rowStart} and byte ${byteStart}, not at ${row} and ${byte}`,
    ];
  });
  const entries = segments.map((segment) => {
    const meta = { content_length: segment.bytes, record_count: 0 };
    return { ...entry, ...segment, meta };
  });
  const isWhole = summed(joinEntries(entries, entry.etag).entry) === summed(entry);
  return isWhole ? problems : [...problems, 'the segments do not add up to their object'];
}

/** Reads each segment. @returns what is wrong with it, and the records of all */
async function contentProblems(
  run: StoredRun,
  segments: readonly Segment[],
  signal: AbortSignal,
): Promise<{ readonly problems: readonly string[]; readonly records: number }> {
  const output = outputOf(run.manifest.output);
  const problems: string[] = [];
  let records = 0;
  for (const [position, piece] of piecesOf(run, segments).entries()) {
    signal.throwIfAborted();
    const segment = segments[position]!;
    const found = await piece.with((bytes) => output.check(readBlocks(bytes), bytes.uri));
    records += found.records ?? 0;
    if (found.bytes === segment.contentBytes && crc32Hex(found.crc32) === segment.crc32) continue;
    problems.push(
      `segment ${position} has ${found.bytes} bytes of text and CRC-32 ${crc32Hex(found.crc32)}, the manifest says ${segment.contentBytes} and ${segment.crc32}`,
    );
  }
  return { problems, records };
}

/**
 * Finds out whether the object of a run is what its manifest says, segment by segment: so it is
 * read once. A table does not count its records again.
 */
export async function segmentProblems(
  run: StoredRun,
  segments: readonly Segment[],
  signal: AbortSignal,
): Promise<string[]> {
  const entry = run.manifest.entries[0]!;
  const { content_length: bytes, record_count: expected } = entry.meta;
  const tiling = tilingProblems(entry, segments);
  if (tiling.length > 0) return tiling;
  try {
    const size = await run.withChunk(entry, async (object) => object.size);
    if (size !== bytes) return [`the object has ${size} bytes, the manifest says ${bytes}`];
    const { problems, records } = await contentProblems(run, segments, signal);
    const isCounted = run.manifest.output.kind !== 'table';
    if (isCounted && problems.length === 0 && records !== expected) {
      return [`the object has ${records} records, the manifest says ${expected}`];
    }
    return [...problems];
  } catch (error) {
    if (error instanceof SourceNotFoundError) return ['the object is missing'];
    if (error instanceof ManifestError) return [error.message];
    throw error;
  }
}
