import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TableFile } from '@sparse-fanout/engine';
import { outputSchemaOf } from '#core/tables/run/table-layout.ts';
import { joinedSql } from '#core/tables/schema/joined-sql.ts';
import {
  type ChunkOptions,
  type ConvertedChunk,
  convertChunk,
  convertOne,
} from './convert-chunk.ts';
import { VALUES } from './table-file.ts';
import type { TableSlice } from './table-slice.ts';

/** What is written of sorted rows, and how. */
export interface SortedFile {
  readonly file: TableFile;
  /** SQL that sorts the rows of a SELECT. */
  readonly sortedSql: (rows: string) => string;
}

/**
 * Converts what one mapper reads of a table into one sorted file. One slice that is not transformed
 * is sorted while it is read.
 *
 * Memory: as `convertChunk`, and what the engine sorts with; what does not fit it spills. Where the
 * slices are several, or the rows are transformed, these lie in the directory as Parquet, too.
 *
 * @throws as `convertChunk`.
 */
export async function convertSorted(
  slices: readonly TableSlice[],
  options: ChunkOptions,
  { file, sortedSql }: SortedFile,
): Promise<ConvertedChunk> {
  const { engine, directory, layout, signal } = options;
  const [only, second] = slices;
  if (only !== undefined && second === undefined && layout.transform === undefined) {
    return { ...(await convertOne(only, options, { file, writtenSql: sortedSql })), filtered: 0 };
  }
  const name = 'rows.parquet';
  const { rejected, filtered } = await convertChunk(slices, { ...options, output: VALUES, name });
  const path = join(directory, name);
  const text = sortedSql(joinedSql([path], outputSchemaOf(layout)));
  const written = await engine.writeSelect({ text }, file, signal && { signal });
  await rm(path);
  return { ...written, rejected, filtered };
}
