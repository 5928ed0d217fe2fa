import { join } from 'node:path';
import { BoundExceededError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { type KeyColumn, keyColumns } from '#core/tables/keys/key-columns.ts';
import { keyIndexSql, longestKeysSql, sortedKeysSql } from '#core/tables/keys/keys-sql.ts';
import { schemaOf, untransformed } from '#core/tables/run/table-layout.ts';
import type { RejectedValue } from './bad-rows.ts';
import type { ChunkOptions } from './convert-chunk.ts';
import { convertSorted } from './convert-sorted.ts';
import { scatteredFile } from './scatter-rows.ts';
import { tableFileOf } from './table-file.ts';
import type { TableSlice } from './table-slice.ts';

/** The file of a slice, sorted by key, and that of its keys. */
export interface ScatteredKeys {
  readonly rejected: readonly RejectedValue[];
  readonly rows: number;
  readonly keys: number;
}

/** What a mapper of whole keys writes. */
export interface ScatterKeysOptions extends Omit<ChunkOptions, 'keyValues' | 'companions'> {
  /** Name in the directory of the file of its keys. */
  readonly index: string;
}

/** The plan and the ledger name keys, of which a message of the workflow has some. */
const MAX_VALUE_BYTES = 1_000;

/** How keys are compressed: there may be as many as rows. */
const INDEX = { format: 'parquet', compression: 'zstd', rowGroupBytes: 0 } as const;

const INDEX_GROUP_ROWS = 122_880;

async function assertShort(
  path: string,
  keys: readonly KeyColumn[],
  { engine, signal }: ScatterKeysOptions,
): Promise<void> {
  const [row] = await engine.runSelect({ text: longestKeysSql(path, keys) }, signal && { signal });
  for (const [at, { name }] of keys.entries()) {
    const bytes = Number(row?.[`v${at}`] ?? 0);
    if (bytes <= MAX_VALUE_BYTES) continue;
    throw new BoundExceededError(
      `column ${shownName(name)} of chunking.keysWhole holds a value of ${bytes} bytes, at most ${MAX_VALUE_BYTES} are allowed; name a column with shorter values`,
    );
  }
}

/**
 * Converts what one mapper reads of a table, and writes its rows into one Parquet file, sorted by
 * key and else in the order of the source, and a second one of its keys. The rows are not
 * transformed. The same slices give the same bytes.
 *
 * Memory: that of `convertSorted`.
 *
 * @throws as `convertChunk`.
 * @throws {BoundExceededError} a key is too long.
 */
export async function scatterWholeKeys(
  slices: readonly TableSlice[],
  options: ScatterKeysOptions,
): Promise<ScatteredKeys> {
  const { engine, directory, output, name, index, signal } = options;
  const layout = untransformed(options.layout);
  const schema = schemaOf(layout);
  const keys = keyColumns(schema, layout.keysWhole ?? []);
  const run = signal && { signal };
  const path = join(directory, name);
  const file = scatteredFile(output, { path, layout, columns: schema.length });
  const { rejected, rows } = await convertSorted(slices, { ...options, layout }, (all) =>
    engine.writeSelect({ text: sortedKeysSql(all, schema, keys) }, file, run),
  );
  const listed = join(directory, index);
  const list = { path: listed, rowGroupRows: INDEX_GROUP_ROWS, columns: keys.length };
  const text = keyIndexSql(path, schema, keys);
  const found = await engine.writeSelect({ text }, tableFileOf(INDEX, list), run);
  await assertShort(listed, keys, options);
  return { rejected, rows, keys: found.rows };
}
