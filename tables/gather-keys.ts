import { join } from 'node:path';
import type { WrittenFile } from '@sparse-fanout/engine';
import { keyColumns } from '#core/tables/keys/key-columns.ts';
import { gatherKeysSql } from '#core/tables/keys/keys-sql.ts';
import { schemaOf } from '#core/tables/run/table-layout.ts';
import { type ChunkOptions, chunkFile, writeRead } from './convert-chunk.ts';
import { type OpenedShare, withShares } from './fetch-shares.ts';
import { tableFileOf, VALUES } from './table-file.ts';

/** A file of whole keys. */
export interface GatheredKeys {
  /** Rows that were gathered. */
  readonly gathered: number;
  /** What the transform made of them; as many rows without one. */
  readonly written: WrittenFile;
}

/** Name of the rows in their order, before they are transformed. */
const SORTED = 'sorted.parquet';

/**
 * Writes all rows of some keys that were scattered into one file, in the order of the keys and,
 * within one, of the source; or what the transform makes of them. The same shares give the same
 * bytes.
 *
 * Memory: 64 MiB, and the engine's own. In the directory lie the row groups of the shares, what the
 * engine spills, the rows' values where they are transformed, and the file.
 *
 * @throws {CorruptSourceError} an object is not what a mapper wrote.
 * @throws {TransformError} the transform fails.
 * @throws {BoundExceededError} the rows need more memory or disk than there is.
 */
export async function gatherKeys(
  shares: readonly OpenedShare[],
  options: ChunkOptions,
): Promise<GatheredKeys> {
  const { engine, directory, layout, signal } = options;
  const schema = schemaOf(layout);
  const run = signal && { signal };
  const keys = keyColumns(schema, layout.keysWhole ?? []);
  const file = chunkFile(options);
  const path = join(directory, SORTED);
  const { rowGroupRows, transform } = layout;
  const values = tableFileOf(VALUES, { path, rowGroupRows, columns: schema.length });
  const sorted = await withShares(shares, directory, async (wanted) => {
    const text = gatherKeysSql(wanted, schema, keys);
    return await engine.writeSelect({ text }, transform === undefined ? file : values, run);
  });
  if (transform === undefined) return { gathered: sorted.rows, written: sorted };
  const read = { paths: [path], rows: sorted.rows };
  const written = await writeRead(read, { ...options, file, schema });
  return { gathered: sorted.rows, written };
}
