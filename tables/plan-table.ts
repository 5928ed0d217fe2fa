import type { Engine } from '@sparse-fanout/engine';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { type FileSizes, packFiles } from '#core/tables/pack/pack-files.ts';
import type { PackUnits } from '#core/tables/pack/pack-units.ts';
import type { AskedTable } from '#core/tables/run/asked-table.ts';
import type { ObjectList } from '#core/tables/run/object-list.ts';
import { type TableChunk, tableChunkOf } from '#core/tables/run/table-chunk.ts';
import { type TableLayout, tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { lookAtFirst } from './first-look.ts';
import { RowCuts } from './row-cuts.ts';
import { rowFiles } from './row-files.ts';
import { sampleTable, type TableSample } from './sample-table.ts';
import { collectUnits, type UnitsSource } from './table-units.ts';
import { TextCuts } from './text-cuts.ts';

/** A table, and how large the files of its output are to be. */
export type SizedTable = Omit<AskedTable, 'size'> & {
  readonly size: FileSizes | { readonly rows: number };
};

/** What a table is planned with. */
export interface PlanOptions {
  readonly store: ObjectStore;
  /** Reads and writes in `directory` alone. */
  readonly engine: Engine;
  /** The engine's own; what is written there is removed again. */
  readonly directory: string;
  /** Index of the first chunk: those of the generations before it. */
  readonly firstIndex: number;
  readonly signal?: AbortSignal;
}

/** How a table becomes files. */
export interface TablePlan {
  readonly layout: TableLayout;
  /** One for each file, in the order of the rows; never none. */
  readonly chunks: readonly TableChunk[];
  /** Bytes of output for a byte of source. */
  readonly ratio: number;
  /** Bytes of all files by the ratios of the sizes of their objects. */
  readonly predictedBytes: number;
  /** Of each file by the ratio. */
  readonly predictedFileBytes: { readonly min: number; readonly max: number };
  /** Rows of all files, by the sample. */
  readonly predictedRows: number;
  /** Columns whose sampled values fit smaller types. */
  readonly smallerTypes: TableSample['smallerTypes'];
  /** What the user should know, a sentence each. */
  readonly warnings: readonly string[];
}

/** Files that are this many times as large as asked for are worth a word. */
const LARGE = 2;

function warningsOf(
  sizes: readonly number[],
  { rows, rejected }: TableSample,
  size: SizedTable['size'],
): readonly string[] {
  const target = 'targetFileBytes' in size ? size.targetFileBytes : Number.POSITIVE_INFINITY;
  const large = sizes.filter((bytes) => bytes > LARGE * target).length;
  const warnings: string[] = [];
  if (rejected > 0) {
    warnings.push(`${rejected} of ${rows + rejected} sampled rows are rejected`);
  }
  if (large > 0) {
    warnings.push(
      `${large} of ${sizes.length} files are more than ${LARGE} times as large as output.targetFileBytes, as compressed texts and row groups are never cut`,
    );
  }
  return warnings;
}

interface Sampled {
  readonly source: UnitsSource;
  readonly units: PackUnits;
  readonly cuts: TextCuts;
  readonly sample: TableSample;
}

/** The files of a table, and how many rows they have together once all files are there. */
function filesOf(size: SizedTable['size'], { source, units, cuts, sample }: Sampled) {
  const { ratios, rows, rejected, sourceBytes } = sample;
  if ('rows' in size) {
    const counted = new RowCuts(source, size.rows);
    const share = rows / Math.max(1, rows + rejected);
    return { files: rowFiles(counted, ratios.overall), rows: () => counted.rows * share };
  }
  const cut = (object: number, at: number) => cuts.cut(object, at);
  const files = packFiles(units, { ratios, size, cut });
  return { files, rows: () => rows * (units.totalBytes / Math.max(sourceBytes, 1)) };
}

/**
 * Plans the files of a table: looks at its objects, converts a sample of it to the output to learn
 * the sizes, and cuts it at records. The same objects and request give the same plan.
 *
 * Reads what {@link collectUnits} and {@link sampleTable} read, and 64 KiB for each file that ends
 * within a text; by rows all texts, or the footers of Parquet. Holds 51 bytes for an object or row
 * group, 2 kB for a file, 100 MiB and the engine's own.
 *
 * @throws {RequestError} the schema, `columns` or sizes do not fit the table.
 * @throws {UnsupportedSourceError} an object is not what its name or the request says.
 * @throws {CorruptSourceError} an object is not sound; with `onBadRow` `fail` also a value of the
 * sample that its column cannot hold.
 * @throws {BoundExceededError} too many files, a header or footer that is too long, or too much to
 * count.
 */
export async function planTable(
  asked: SizedTable,
  objects: ObjectList,
  { store, engine, directory, firstIndex, signal }: PlanOptions,
): Promise<TablePlan> {
  const seen = await lookAtFirst(asked, objects, store);
  const given = tableLayoutOf(asked, seen);
  const source = { layout: given, objects, store };
  const units = await collectUnits(source);
  const cuts = new TextCuts(source);
  const { output, size } = asked;
  const options = { units, cuts, layout: given, output, engine, directory };
  const sample = await sampleTable({ ...options, ...(signal && { signal }) });
  const layout = { ...given, rowGroupRows: sample.rowGroupRows };
  const { files, rows } = filesOf(size, { source, units, cuts, sample });
  const chunks: TableChunk[] = [];
  const sizes: number[] = [];
  for await (const packed of files) {
    const index = firstIndex + packed.index;
    chunks.push(tableChunkOf({ ...packed, index }, objects));
    sizes.push(packed.predictedBytes);
  }
  const predictedBytes = sizes.reduce((sum, bytes) => sum + bytes, 0);
  const predictedFileBytes = { min: Math.min(...sizes), max: Math.max(...sizes) };
  return {
    ...{ layout, chunks, ratio: sample.ratios.overall, predictedBytes, predictedFileBytes },
    predictedRows: Math.round(rows()),
    smallerTypes: sample.smallerTypes,
    warnings: warningsOf(sizes, sample, size),
  };
}
