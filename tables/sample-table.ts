import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@sparse-fanout/engine';
import { inOrder } from '#core/bytes/in-order.ts';
import type { SampledKey } from '#core/tables/keys/forecast-keys.ts';
import type { PackUnits } from '#core/tables/pack/pack-units.ts';
import { rowGroupRows } from '#core/tables/pack/row-group-rows.ts';
import { type SamplePick, samplePicks } from '#core/tables/pack/sample-picks.ts';
import { type SizeRatios, sizeClass } from '#core/tables/pack/size-ratios.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import type { ShownRows } from '#core/tables/run/shown-rows.ts';
import { outputSchemaOf, type TableLayout, untransformed } from '#core/tables/run/table-layout.ts';
import {
  emptySql,
  fixedRowBytes,
  joinedSql,
  textBytesSql,
} from '#core/tables/schema/joined-sql.ts';
import type { SmallerType } from '#core/tables/schema/smaller-type.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import type { CallFunction } from './apply-function.ts';
import { convertLimited, TRANSFORM_MS } from './convert-limited.ts';
import { inflatedBytes } from './inflated-bytes.ts';
import { ObjectShapes } from './object-shape.ts';
import { SliceList } from './open-chunk.ts';
import type { OpenedObject } from './open-object.ts';
import { blaming } from './own-fault.ts';
import { proveFunctions } from './own-functions.ts';
import { type SamplePart, samplePart } from './sample-part.ts';
import { sampledTransform, shownTransform } from './sample-transform.ts';
import { sampledKeys, sampledPartitions } from './sampled-keys.ts';
import { smallerTypes } from './smaller-types.ts';
import { outputFileOf, VALUES } from './table-file.ts';
import type { TableSlice } from './table-slice.ts';
import type { TextCuts } from './text-cuts.ts';

/** What a table is sampled with. */
interface ConvertedSample {
  readonly layout: TableLayout;
  readonly output: TableOutput;
  readonly engine: Engine;
  /** The engine's own; what is written there is removed again. */
  readonly directory: string;
  /** Milliseconds that the sample may take where it is transformed. @default 120,000 */
  readonly transformMs?: number;
  /** What calls the function of a transform. */
  readonly call?: CallFunction;
  /** Columns by which the output is partitioned. @default none */
  readonly partitionBy?: readonly string[];
  readonly signal?: AbortSignal;
}

/** A sampled table, and where it is cut. */
export interface SampleOptions extends ConvertedSample {
  readonly units: PackUnits;
  readonly cuts: TextCuts;
}

/** What a sample says of a table. */
export interface TableSample {
  readonly ratios: SizeRatios;
  /** Bytes of text for a byte of a file, where files are text in gzip. */
  readonly contentShare?: number | undefined;
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
  /** Rows of each partition of the sample. */
  readonly partitionRows: readonly number[];
  /** Where keys are whole: those of the sample, in their order. */
  readonly keyRows: readonly SampledKey[];
  /** What a transform makes of the first sampled rows; absent without one. */
  readonly transformed?: ShownRows;
}

const MiB = 1024 * 1024;

/** Row groups that are converted, but for one that is larger. */
const MAX_GROUP_BYTES = 64 * MiB;

/** Texts that are inflated: of all objects together, and the least and the most of one. */
const INFLATED_BYTES = { all: 64 * MiB, min: 64 * 1024, max: 8 * MiB };

const PARTS_AT_ONCE = 16;

/** Where nothing is known: of an output that is not Parquet, or of a table without rows. */
const MOST_ROWS = rowGroupRows(1, Number.MAX_SAFE_INTEGER);

/** A size of units of which less is sampled is taken for one like all others. */
const MIN_CLASS_BYTES = MiB;

/** What is sampled of the units of one size. */
interface Sliced {
  /** Undefined where several sizes are together. */
  readonly sizeClass: number | undefined;
  readonly slices: readonly TableSlice[];
  readonly sourceBytes: number;
  readonly textBytes: number;
}

type OpenedPart = SamplePart & { readonly object: OpenedObject; readonly sizeClass: number };

async function openSample(
  picks: readonly SamplePick[],
  { cuts }: SampleOptions,
): Promise<readonly OpenedPart[]> {
  const whole = picks.filter(({ canSplit }) => !canSplit).length;
  const { all, min, max } = INFLATED_BYTES;
  const textBytes = Math.min(max, Math.max(min, Math.floor(all / Math.max(1, whole))));
  const tasks = picks.map((pick) => async () => {
    const object = await cuts.open(pick.position.object);
    const part = await blaming(object.source.uri, () => samplePart(object, pick, textBytes));
    return { ...part, object, sizeClass: sizeClass(pick.unitBytes) };
  });
  return await Array.fromAsync(inOrder(tasks, PARTS_AT_ONCE));
}

function sliceOf(
  parts: readonly OpenedPart[],
  { layout }: SampleOptions,
  sizeClass: number | undefined,
): Sliced {
  const shapes = new ObjectShapes(layout);
  const slices = new SliceList();
  for (const { object, part } of parts) slices.add(shapes.of(object), part);
  const sourceBytes = parts.reduce((sum, part) => sum + part.sourceBytes, 0);
  const textBytes = parts.reduce((sum, part) => sum + part.textBytes, 0);
  return { sizeClass, slices: slices.slices, sourceBytes, textBytes };
}

/** Puts together what is of one size; sizes of which there is little are together, at the end. */
function bySize(parts: readonly OpenedPart[], options: SampleOptions): readonly Sliced[] {
  const classes = Map.groupBy(parts, (part) => part.sizeClass);
  const few: OpenedPart[] = [];
  const sliced: Sliced[] = [];
  for (const [size, own] of classes) {
    const bytes = own.reduce((sum, part) => sum + part.sourceBytes, 0);
    if (bytes < MIN_CLASS_BYTES) few.push(...own);
    else sliced.push(sliceOf(own, options, size));
  }
  return few.length === 0 ? sliced : [...sliced, sliceOf(few, options, undefined)];
}

/** Bytes that a row takes in the engine. */
async function rowBytesOf(
  { paths, rows, schema }: { paths: readonly string[]; rows: number; schema: TableSchema },
  { engine, signal }: ConvertedSample,
): Promise<number> {
  const select = { text: textBytesSql(paths, schema) };
  const [row] = await engine.runSelect(select, signal && { signal });
  return fixedRowBytes(schema) + Number(row!['bytes']) / Math.max(1, rows);
}

/** Where the values of a sample lie, and its rows. */
interface SampleValues {
  readonly paths: readonly string[];
  readonly rows: number;
  readonly rejected: number;
  readonly filtered: number;
}

/** Converts what is of each size into a file of values. */
async function convertValues(
  sizes: readonly Sliced[],
  directory: string,
  { engine, layout, transformMs = TRANSFORM_MS, call, signal }: ConvertedSample,
): Promise<SampleValues> {
  const paths: string[] = [];
  let [rows, rejected, filtered] = [0, 0, 0];
  for (const [index, { slices }] of sizes.entries()) {
    const given = { engine, directory, layout, output: VALUES, name: `values-${index}.parquet` };
    const limited = { ...given, ...(call && { call }), ...(signal && { signal }) };
    const converted = await convertLimited(slices, limited, transformMs);
    rows += converted.rows;
    rejected += converted.rejected.length;
    filtered += converted.filtered;
    paths.push(join(directory, given.name));
  }
  return { paths, rows, rejected, filtered };
}

/** Writes each file of values as a file of the output, to see how large it is. */
async function ratiosOf(
  sizes: readonly Sliced[],
  paths: readonly string[],
  { engine, output, signal, layout }: ConvertedSample & { readonly layout: TableLayout },
): Promise<Pick<TableSample, 'ratios' | 'contentShare'>> {
  const schema = outputSchemaOf(layout);
  const byClass = new Map<number, number>();
  const isGzip =
    output.format !== 'parquet' && 'compression' in output && output.compression === 'gzip';
  let [bytes, sourceBytes, text] = [0, 0, 0];
  for (const [index, size] of sizes.entries()) {
    const { rowGroupRows: groupRows } = layout;
    const form = { path: `${paths[index]}.file`, rowGroupRows: groupRows, schema };
    const select = { text: joinedSql([paths[index]!], schema) };
    const file = outputFileOf(output, form);
    const written = await engine.writeSelect(select, file, signal && { signal });
    bytes += written.bytes;
    if (isGzip) text += await inflatedBytes(form.path);
    sourceBytes += size.sourceBytes;
    if (size.sizeClass !== undefined) byClass.set(size.sizeClass, written.bytes / size.sourceBytes);
  }
  const ratios = { overall: bytes / Math.max(1, sourceBytes), byClass };
  return isGzip && bytes > 0 ? { ratios, contentShare: text / bytes } : { ratios };
}

/** The rows that say how large files become: keys are whole only once rows are gathered. */
function sizedLayout(layout: TableLayout): TableLayout {
  return layout.keysWhole === undefined ? layout : untransformed(layout);
}

/** What is known of a table without rows. */
export async function emptySample(options: ConvertedSample): Promise<TableSample> {
  return {
    ratios: { overall: 1, byClass: new Map() },
    ...{ rowGroupRows: MOST_ROWS, rows: 0, rejected: 0, filtered: 0 },
    ...{ sourceBytes: 0, textBytes: 0, partitionRows: [], keyRows: [], smallerTypes: [] },
    ...(await shownTransform(emptySql(outputSchemaOf(options.layout)), options)),
  };
}

/**
 * Converts slices of a table to its output to learn how large that will be.
 *
 * @throws as {@link sampleTable}.
 */
export async function sampleSlices(
  sizes: readonly Sliced[],
  options: ConvertedSample,
): Promise<TableSample> {
  const directory = join(options.directory, 'sample');
  await mkdir(directory);
  try {
    return await convertSample(sizes, directory, options);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function convertSample(
  sizes: readonly Sliced[],
  directory: string,
  options: ConvertedSample,
): Promise<TableSample> {
  const { output } = options;
  const layout = sizedLayout(options.layout);
  const schema = outputSchemaOf(layout);
  // Its values first, since what a row takes says how large the row groups are.
  const { paths, ...counted } = await convertValues(sizes, directory, { ...options, layout });
  const slices = sizes.flatMap((size) => size.slices);
  const transformed = await sampledTransform({ paths, slices }, { ...options, directory });
  proveFunctions(options.engine);
  const rowBytes = await rowBytesOf({ paths, rows: counted.rows, schema }, options);
  const groupBytes = output.format === 'parquet' ? output.rowGroupBytes : MAX_GROUP_BYTES;
  const groupRows = rowGroupRows(rowBytes, groupBytes);
  const sized = { ...layout, rowGroupRows: groupRows };
  return {
    ...(await ratiosOf(sizes, paths, { ...options, layout: sized })),
    ...transformed,
    ...{ rowGroupRows: groupRows, ...counted },
    sourceBytes: sizes.reduce((sum, size) => sum + size.sourceBytes, 0),
    textBytes: sizes.reduce((sum, size) => sum + size.textBytes, 0),
    partitionRows: await sampledPartitions({ paths, schema }, options),
    keyRows: await sampledKeys({ paths, schema }, options),
    smallerTypes: output.format === 'parquet' ? await smallerTypes(paths, schema) : [],
  };
}

/**
 * Converts a sample of a table to its output to learn how large that will be: 16 MiB of plain
 * text, of compressed texts the first 64 KiB to 8 MiB of text each, 64 MiB in all; of Parquet row
 * groups of 64 MiB, or one. The same table gives the same sample.
 *
 * Memory: 100 MiB and the engine's own. In the directory lie the sample and its files.
 *
 * @throws as {@link convertLimited}: with `onBadRow` `fail` a bad value in the sample is an error.
 * @throws {TransformError} a function answers the sample differently in another order.
 */
export async function sampleTable(options: SampleOptions): Promise<TableSample> {
  const { units, layout } = options;
  const maxBytes = layout.format === 'parquet' ? MAX_GROUP_BYTES : Number.MAX_SAFE_INTEGER;
  const picks = samplePicks(units, maxBytes);
  if (picks.length === 0) return await emptySample(options);
  return await sampleSlices(bySize(await openSample(picks, options), options), options);
}
