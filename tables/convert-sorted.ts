import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptRows } from '@sparse-fanout/engine';
import { outputSchemaOf } from '#core/tables/run/table-layout.ts';
import { joinedSql } from '#core/tables/schema/joined-sql.ts';
import { type ChunkOptions, convertChunk, convertOne } from './convert-chunk.ts';
import type { LeftOut, RowsWriter } from './convert-slice.ts';
import { VALUES } from './table-file.ts';
import type { TableSlice } from './table-slice.ts';

/** Rows of a mapper, and how many the transform left out. */
type Converted<Written> = Written & LeftOut & { readonly filtered: number };

/**
 * Converts what one mapper reads of a table, of which `write` sorts the rows. One slice that is not
 * transformed is sorted while it is read.
 *
 * Memory: as `convertChunk`, and what the engine sorts with; what does not fit it spills. Where the
 * slices are several, or the rows are transformed, these lie in the directory as Parquet, too.
 *
 * @throws as `convertChunk`.
 */
export async function convertSorted<Written extends KeptRows>(
  slices: readonly TableSlice[],
  options: ChunkOptions,
  write: RowsWriter<Written>,
): Promise<Converted<Written>> {
  const { directory, layout } = options;
  const [only, second] = slices;
  if (only !== undefined && second === undefined && layout.transform === undefined) {
    return { ...(await convertOne(only, options, write)), filtered: 0 };
  }
  const name = 'rows.parquet';
  const { rejected, filtered } = await convertChunk(slices, { ...options, output: VALUES, name });
  const path = join(directory, name);
  const written = await write(joinedSql([path], outputSchemaOf(layout)));
  await rm(path);
  return { ...written, rejected, filtered };
}
