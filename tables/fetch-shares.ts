import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { inOrderWithin, type SizedTask } from '#core/bytes/in-order.ts';
import { type ParquetFooter, readFooter } from '#core/containers/parquet/footer.ts';
import type { RowGroupRange } from '#core/containers/parquet/slice-footer.ts';
import type { Share } from '#core/tables/run/gather-chunk.ts';
import type { WantedRows } from '#core/tables/shuffle/shuffle-sql.ts';
import { writeParquetFile } from './parquet-files.ts';

/** Rows of a scattered object, opened. */
export interface OpenedShare extends Pick<Share, 'rows'> {
  readonly source: ByteSource;
}

/** Scattered objects that are read at once: small reads mostly wait for S3. */
const HELD = { atOnce: 16, maxBytes: 64 * 1024 * 1024 };

/** What a read of one holds at the most. */
const MOST_HELD = 32 * 1024 * 1024;

/** The row groups that hold rows, and how many rows lie before these. */
function groupsOf(
  { rowGroups }: ParquetFooter,
  { start, end }: Share['rows'],
): RowGroupRange & { readonly before: number } {
  let first = 0;
  let before = 0;
  while (first < rowGroups.length - 1 && before + rowGroups[first]!.rows <= start) {
    before += rowGroups[first]!.rows;
    first += 1;
  }
  let last = first;
  for (let rows = before; last < rowGroups.length && rows < end; last++) {
    rows += rowGroups[last]!.rows;
  }
  return { start: first, end: last, before };
}

/** Wanted rows, and how many there are in the file. */
export interface FetchedRows extends WantedRows {
  readonly rows: number;
}

async function fetchShare({ source, rows }: OpenedShare, path: string): Promise<FetchedRows> {
  const footer = await readFooter(source);
  const { before, ...groups } = groupsOf(footer, rows);
  await writeParquetFile({ source, footer, groups }, path);
  const fetched = footer.rowGroups.slice(groups.start, groups.end);
  return {
    ...{ path, start: rows.start - before, end: rows.end - before },
    rows: fetched.reduce((sum, group) => sum + group.rows, 0),
  };
}

async function* tasksOf(
  shares: readonly OpenedShare[],
  directory: string,
): AsyncGenerator<SizedTask<FetchedRows>> {
  for (const [at, share] of shares.entries()) {
    const path = join(directory, `${at}.parquet`);
    const bytes = Math.min(share.source.size, MOST_HELD);
    yield { bytes, run: () => fetchShare(share, path) };
  }
}

/**
 * Fetches the row groups of shares into files, uses these in the order of the shares, and removes
 * them. Holds 64 MiB.
 *
 * @throws {CorruptSourceError} an object is not what a mapper wrote.
 */
export async function withShares<T>(
  shares: readonly OpenedShare[],
  directory: string,
  use: (wanted: readonly FetchedRows[]) => Promise<T>,
): Promise<T> {
  const own = join(directory, 'shares');
  await mkdir(own);
  try {
    return await use(await Array.fromAsync(inOrderWithin(tasksOf(shares, own), HELD)));
  } finally {
    await rm(own, { recursive: true });
  }
}
