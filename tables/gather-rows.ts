import { join } from 'node:path';
import type { Engine, WrittenFile } from '@sparse-fanout/engine';
import type { Companion } from '#core/tables/companions/companion-names.ts';
import { fileSchema } from '#core/tables/partition/partition-columns.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import { outputSchemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';
import { wantedSql } from '#core/tables/shuffle/shuffle-sql.ts';
import { type OpenedShare, withShares } from './fetch-shares.ts';
import { outputFileOf } from './table-file.ts';

/** What a file of a partition is gathered with. */
export interface GatherOptions {
  /** Reads and writes in `directory` alone. */
  readonly engine: Engine;
  /** The engine's own; what is written there beside the file is removed again. */
  readonly directory: string;
  readonly layout: TableLayout;
  readonly partitionBy: readonly string[];
  readonly output: TableOutput;
  /** Whose readers the file is for. @default none */
  readonly companions?: readonly Companion[] | undefined;
  /** Name in the directory of the file to write. */
  readonly name: string;
  /** Of the footer of Parquet, in this order. */
  readonly keyValues?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
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
  const { engine, directory, layout, output, partitionBy, name, signal } = options;
  const { keyValues, companions } = options;
  return await withShares(shares, directory, async (wanted) => {
    const table = outputSchemaOf(layout);
    const schema = fileSchema(table, partitionBy);
    const parts = { path: join(directory, name), rowGroupRows: layout.rowGroupRows, schema };
    const kept = { table, companions, ...(keyValues && { keyValues }) };
    const file = outputFileOf(output, { ...parts, ...kept });
    const text = wantedSql(wanted, schema);
    return await engine.writeSelect({ text }, file, signal && { signal });
  });
}
