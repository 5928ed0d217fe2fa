import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@sparse-fanout/engine';
import { inOrder } from '#core/bytes/in-order.ts';
import { TransformError } from '#core/errors.ts';
import type { PackUnits } from '#core/tables/pack/pack-units.ts';
import { rowGroupRows } from '#core/tables/pack/row-group-rows.ts';
import { type SamplePick, samplePicks } from '#core/tables/pack/sample-picks.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import { outputSchemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';
import { fixedRowBytes, joinedSql, textBytesSql } from '#core/tables/schema/joined-sql.ts';
import type { SmallerType } from '#core/tables/schema/smaller-type.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { type ChunkOptions, type ConvertedChunk, convertChunk } from './convert-chunk.ts';
import { ObjectShapes } from './object-shape.ts';
import { SliceList } from './open-chunk.ts';
import { samplePart } from './sample-part.ts';
import { smallerTypes } from './smaller-types.ts';
import { tableFileOf } from './table-file.ts';
import type { TableSlice } from './table-slice.ts';
import type { TextCuts } from './text-cuts.ts';

/** What a table is sampled with. */
export interface SampleOptions {
  readonly units: PackUnits;
  readonly cuts: TextCuts;
  readonly layout: TableLayout;
  readonly output: TableOutput;
  readonly engine: Engine;
  /** The engine's own; what is written there is removed again. */
  readonly directory: string;
  /** Milliseconds that the sample may take where it is transformed. @default 120,000 */
  readonly transformMs?: number;
  readonly signal?: AbortSignal;
}

/** What a sample says of a table. */
export interface TableSample {
  /** Bytes of output for a byte of source. */
  readonly ratio: number;
  /** Rows in a row group of the output. */
  readonly rowGroupRows: number;
  /** Rows of the output. */
  readonly rows: number;
  readonly rejected: number;
  /** Rows that the transform left out. */
  readonly filtered: number;
  /** Bytes of source that were converted. */
  readonly sourceBytes: number;
  /** Bytes of their text; 0 of Parquet. */
  readonly textBytes: number;
  /** Columns whose sampled values fit smaller types, of Parquet. */
  readonly smallerTypes: readonly SmallerType[];
}

const MiB = 1024 * 1024;

/** Row groups that are converted, but for one that is larger. */
const MAX_GROUP_BYTES = 64 * MiB;

/** Texts that are inflated: of all objects together, and the least and the most of one. */
const INFLATED_BYTES = { all: 64 * MiB, min: 64 * 1024, max: 8 * MiB };

const PARTS_AT_ONCE = 16;

/** A transform that takes longer for a sample takes hours for the table. */
const TRANSFORM_MS = 120_000;

/** Where nothing is known: of an output that is not Parquet, or of a table without rows. */
const MOST_ROWS = rowGroupRows(1, Number.MAX_SAFE_INTEGER);

interface Sliced {
  readonly slices: readonly TableSlice[];
  readonly sourceBytes: number;
  readonly textBytes: number;
}

async function openSample(
  picks: readonly SamplePick[],
  { cuts, layout }: SampleOptions,
): Promise<Sliced> {
  const whole = picks.filter(({ canSplit }) => !canSplit).length;
  const { all, min, max } = INFLATED_BYTES;
  const textBytes = Math.min(max, Math.max(min, Math.floor(all / Math.max(1, whole))));
  const tasks = picks.map((pick) => async () => {
    const object = await cuts.open(pick.position.object);
    return { object, ...(await samplePart(object, pick, textBytes)) };
  });
  const shapes = new ObjectShapes(layout);
  const slices = new SliceList();
  const seen = { sourceBytes: 0, textBytes: 0 };
  for await (const sample of inOrder(tasks, PARTS_AT_ONCE)) {
    slices.add(shapes.of(sample.object), sample.part);
    seen.sourceBytes += sample.sourceBytes;
    seen.textBytes += sample.textBytes;
  }
  return { slices: slices.slices, ...seen };
}

/** Bytes that a row takes in the engine. */
async function rowBytesOf(
  { path, rows, schema }: { path: string; rows: number; schema: TableSchema },
  { engine, signal }: SampleOptions,
): Promise<number> {
  const select = { text: textBytesSql([path], schema) };
  const [row] = await engine.runSelect(select, signal && { signal });
  return fixedRowBytes(schema) + Number(row!['bytes']) / Math.max(1, rows);
}

/** Converts within two minutes what a transform might make last forever. */
async function convertLimited(
  slices: readonly TableSlice[],
  options: ChunkOptions,
  milliseconds: number,
): Promise<ConvertedChunk> {
  if (options.layout.transform === undefined) return await convertChunk(slices, options);
  const limit = AbortSignal.timeout(milliseconds);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  try {
    return await convertChunk(slices, { ...options, signal });
  } catch (error) {
    if (error !== limit.reason) throw error;
    throw new TransformError(
      `transform.sql took more than ${milliseconds / 1000} s for a sample of the table; give a SELECT that takes less`,
      { cause: error },
    );
  }
}

async function convertSample(
  { slices, ...seen }: Sliced,
  directory: string,
  options: SampleOptions,
): Promise<TableSample> {
  const { engine, layout, output, signal } = options;
  const schema = outputSchemaOf(layout);
  // Its values first, since what a row takes says how large the row groups are.
  const plain = { format: 'parquet', compression: 'none', rowGroupBytes: 0 } as const;
  const given = { engine, directory, layout, output: plain, name: 'values.parquet' };
  const { transformMs = TRANSFORM_MS } = options;
  const limited = { ...given, ...(signal && { signal }) };
  const converted = await convertLimited(slices, limited, transformMs);
  const { rows, rejected, filtered } = converted;
  const path = join(directory, given.name);
  const rowBytes = await rowBytesOf({ path, rows, schema }, options);
  const groupBytes = output.format === 'parquet' ? output.rowGroupBytes : MAX_GROUP_BYTES;
  const groupRows = rowGroupRows(rowBytes, groupBytes);
  const parts = { rowGroupRows: groupRows, columns: schema.length };
  const file = tableFileOf(output, { path: join(directory, 'file'), ...parts });
  const select = { text: joinedSql([path], schema) };
  const { bytes } = await engine.writeSelect(select, file, signal && { signal });
  const ratio = bytes / Math.max(1, seen.sourceBytes);
  const left = { rejected: rejected.length, filtered };
  const smaller = output.format === 'parquet' ? await smallerTypes(path, schema) : [];
  return { ratio, rowGroupRows: groupRows, rows, ...left, ...seen, smallerTypes: smaller };
}

/**
 * Converts a sample of a table to its output to learn how large that will be: 16 MiB of plain
 * text, of compressed texts the first 64 KiB to 8 MiB of text each, 64 MiB in all; of Parquet row
 * groups of 64 MiB, or one. The same table gives the same sample.
 *
 * Memory: 100 MiB and the engine's own. In the directory lie the sample and its files.
 *
 * @throws as {@link convertChunk}: with `onBadRow` `fail` a bad value in the sample is an error.
 */
export async function sampleTable(options: SampleOptions): Promise<TableSample> {
  const { units, layout } = options;
  const maxBytes = layout.format === 'parquet' ? MAX_GROUP_BYTES : Number.MAX_SAFE_INTEGER;
  const picks = samplePicks(units, maxBytes);
  if (picks.length === 0) {
    const nothing = { rows: 0, rejected: 0, filtered: 0, sourceBytes: 0, textBytes: 0 };
    return { ratio: 1, rowGroupRows: MOST_ROWS, ...nothing, smallerTypes: [] };
  }
  const directory = join(options.directory, 'sample');
  await mkdir(directory);
  try {
    return await convertSample(await openSample(picks, options), directory, options);
  } finally {
    await rm(directory, { recursive: true });
  }
}
