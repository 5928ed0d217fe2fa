import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, WrittenFile } from '@sparse-fanout/engine';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { inOrderWithin, type SizedTask } from '#core/bytes/in-order.ts';
import { type ParquetFooter, readFooter } from '#core/containers/parquet/footer.ts';
import type { RowGroupRange } from '#core/containers/parquet/slice-footer.ts';
import { fileSchema } from '#core/tables/partition/partition-columns.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import type { Share } from '#core/tables/run/gather-chunk.ts';
import { outputSchemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';
import { gatherSql, type WantedRows } from '#core/tables/shuffle/shuffle-sql.ts';
import { writeParquetFile } from './parquet-files.ts';
import { outputFileOf } from './table-file.ts';

/** Rows of a scattered object, opened. */
export interface OpenedShare extends Pick<Share, 'rows'> {
  readonly source: ByteSource;
}

/** What a file is gathered with. */
export interface GatherOptions {
  /** Reads and writes in `directory` alone. */
  readonly engine: Engine;
  /** The engine's own; what is written there beside the file is removed again. */
  readonly directory: string;
  readonly layout: TableLayout;
  readonly partitionBy: readonly string[];
  readonly output: TableOutput;
  /** Name in the directory of the file to write. */
  readonly name: string;
  /** Of the footer of Parquet, in this order. */
  readonly keyValues?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
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

async function fetchShare({ source, rows }: OpenedShare, path: string): Promise<WantedRows> {
  const footer = await readFooter(source);
  const { before, ...groups } = groupsOf(footer, rows);
  await writeParquetFile({ source, footer, groups }, path);
  return { path, start: rows.start - before, end: rows.end - before };
}

async function* tasksOf(
  shares: readonly OpenedShare[],
  directory: string,
): AsyncGenerator<SizedTask<WantedRows>> {
  for (const [at, share] of shares.entries()) {
    const path = join(directory, `${at}.parquet`);
    const bytes = Math.min(share.source.size, MOST_HELD);
    yield { bytes, run: () => fetchShare(share, path) };
  }
}

/**
 * Writes rows that were scattered into one file, one share after the other, without the columns of
 * partitions. The same shares give the same bytes.
 *
 * Memory: 64 MiB, and the engine's own. In the directory lie the row groups of the shares, and the
 * file.
 *
 * @throws {CorruptSourceError} an object is not what a mapper wrote.
 */
export async function gatherRows(
  shares: readonly OpenedShare[],
  options: GatherOptions,
): Promise<WrittenFile> {
  const { engine, directory, layout, output, partitionBy, name, keyValues, signal } = options;
  const own = join(directory, 'shares');
  await mkdir(own);
  try {
    const wanted = await Array.fromAsync(inOrderWithin(tasksOf(shares, own), HELD));
    const schema = fileSchema(outputSchemaOf(layout), partitionBy);
    const parts = { path: join(directory, name), rowGroupRows: layout.rowGroupRows, schema };
    const file = outputFileOf(output, { ...parts, ...(keyValues && { keyValues }) });
    const text = gatherSql(wanted, schema);
    return await engine.writeSelect({ text }, file, signal && { signal });
  } finally {
    await rm(own, { recursive: true });
  }
}
