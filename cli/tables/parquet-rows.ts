import type { ByteSource } from '#core/bytes/byte-source.ts';
import { columnType } from '#core/containers/parquet/column-type.ts';
import type { ParquetFooter } from '#core/containers/parquet/footer.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { readSlice } from '#tables/readable-slice.ts';
import { withEngine } from '#tables/with-engine.ts';
import { ENGINE_BYTES } from './engine-bytes.ts';

/** A row as texts; null is NULL. */
export type TextRow = readonly (string | null)[];

/** Row groups are fetched whole, and larger ones only for the sake of some rows are not. */
const MAX_GROUP_BYTES = 256 * 1024 * 1024;

/** Which rows of a row group are read. */
export interface WantedRows {
  readonly group: number;
  readonly limit: number;
  /** Whether they are the last ones. */
  readonly isEnd: boolean;
}

/**
 * Reads some rows of a row group with the engine, each value as the text that SQL prints.
 * Undefined where the group is larger than 256 MiB.
 *
 * Fetches the row group into a temporary folder. Memory: 32 MiB, and 512 MiB of the engine.
 */
export async function parquetRows(
  source: ByteSource,
  footer: ParquetFooter,
  { group, limit, isEnd }: WantedRows,
): Promise<readonly TextRow[] | undefined> {
  const { rows = 0, bytes = 0 } = footer.rowGroups[group] ?? {};
  if (rows === 0) return [];
  if (bytes > MAX_GROUP_BYTES) return undefined;
  return await withEngine(ENGINE_BYTES, async ({ engine, directory }) => {
    const columns = footer.columns.map((column) => ({
      name: column.name,
      type: parseType(columnType(column, source.uri)),
    }));
    const parts = [{ source, footer, groups: { start: group, end: group + 1 } }];
    const slice = await readSlice({ format: 'parquet', columns, parts, sources: [] }, directory);
    const texts = columns.map((_, place) => `CAST(c${place} AS VARCHAR) AS c${place}`);
    const from = isEnd ? Math.max(0, rows - limit) : 0;
    const text = `SELECT ${texts.join(', ')} FROM ${slice.relation.sql} LIMIT ${limit} OFFSET ${from}`;
    const found = await engine.runSelect({ text });
    return found.map((row) =>
      columns.map((_, place) => {
        const value = row[`c${place}`];
        return value === null || value === undefined ? null : String(value);
      }),
    );
  });
}
