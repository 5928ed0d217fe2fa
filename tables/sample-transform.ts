import { join } from 'node:path';
import type { ShownRows } from '#core/tables/run/shown-rows.ts';
import { outputSchemaOf } from '#core/tables/run/table-layout.ts';
import { joinedSql } from '#core/tables/schema/joined-sql.ts';
import type { ChunkOptions } from './convert-chunk.ts';
import { convertLimited, TRANSFORM_MS } from './convert-limited.ts';
import { shownRows } from './shown-rows.ts';
import { VALUES } from './table-file.ts';
import type { TableSlice } from './table-slice.ts';

/** What a transform makes of sampled rows. */
interface ShownTransform {
  /** Absent without a transform. */
  readonly transformed?: ShownRows;
}

/** What samples are transformed with. */
interface TransformRoom extends Pick<ChunkOptions, 'engine' | 'layout' | 'call' | 'signal'> {
  /** As in `ConvertedSample`. */
  readonly transformMs?: number;
}

/** A sample: its slices, and the files of its values. */
interface SampleRows {
  readonly slices: readonly TableSlice[];
  readonly paths: readonly string[];
}

/** The answer of a dry run has at most 256 kB. */
const SHOWN = { columns: 100, characters: 40 };

/** What is shown of the rows of a SELECT, if a transform made them. */
export async function shownTransform(
  sql: string,
  { engine, layout }: Pick<TransformRoom, 'engine' | 'layout'>,
): Promise<ShownTransform> {
  if (layout.transform === undefined) return {};
  const schema = outputSchemaOf(layout);
  return { transformed: await shownRows(engine, { sql, schema }, SHOWN) };
}

/**
 * What a transform makes of a sample: its values, or where keys are whole what it makes of the rows
 * of the keys that are there. So a transform that fails does so before the rows are scattered.
 *
 * @throws as `convertLimited`.
 */
export async function sampledTransform(
  { slices, paths }: SampleRows,
  {
    transformMs = TRANSFORM_MS,
    directory,
    ...room
  }: TransformRoom & { readonly directory: string },
): Promise<ShownTransform> {
  const { engine, layout, call, signal } = room;
  const schema = outputSchemaOf(layout);
  if (layout.keysWhole === undefined || layout.transform === undefined) {
    return await shownTransform(joinedSql(paths, schema), room);
  }
  const name = 'transformed.parquet';
  const given = { engine, directory, layout, output: VALUES, name };
  const limited = { ...given, ...(call && { call }), ...(signal && { signal }) };
  await convertLimited(slices, limited, transformMs);
  return await shownTransform(joinedSql([join(directory, name)], schema), room);
}
