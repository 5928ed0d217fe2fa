import type { Engine } from '@sparse-fanout/engine';
import { assertSlices } from '#core/cost/slices-sentence.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { forecastKeys } from '#core/tables/keys/forecast-keys.ts';
import { type FileSizes, type PackedChunk, packFiles } from '#core/tables/pack/pack-files.ts';
import { packKeyPartitions } from '#core/tables/pack/pack-key-partitions.ts';
import type { PackUnits } from '#core/tables/pack/pack-units.ts';
import type { KeyPartition } from '#core/tables/partition/key-partitions.ts';
import type { AskedTable } from '#core/tables/run/asked-table.ts';
import { type CountedKeys, shownColumns } from '#core/tables/run/counted-keys.ts';
import type { ObjectList } from '#core/tables/run/object-list.ts';
import { type TableChunk, tableChunkOf } from '#core/tables/run/table-chunk.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import type { TextIndexes } from '#core/tables/run/text-indexes.ts';
import {
  forecastPartitions,
  type PartitionForecast,
} from '#core/tables/shuffle/forecast-partitions.ts';
import type { CallFunction } from './apply-function.ts';
import { maxFileShare } from './large-texts.ts';
import { RowCuts } from './row-cuts.ts';
import { rowFiles } from './row-files.ts';
import { sampleTable, type TableSample } from './sample-table.ts';
import { collectUnits, type UnitsSource } from './table-units.ts';
import { TextCuts } from './text-cuts.ts';
import { MAX_TEXT_BYTES } from './text-file.ts';

/** Slices of a partitioned table, by bytes of their text; its files are cut from their rows. */
interface SliceSize {
  readonly sliceBytes: number;
  readonly targetFileBytes: number;
}

/** Partitions that lie in keys: each is cut for itself. */
interface PartitionSize {
  readonly targetFileBytes: number;
  readonly partitions: readonly KeyPartition[];
}

/** A table, and how large the files of its output are to be. */
export type SizedTable = Omit<AskedTable, 'size'> & {
  readonly size: FileSizes | { readonly rows: number } | SliceSize | PartitionSize;
};

/** What a table is planned with. */
export interface PlanOptions {
  /** As `lookAtRows` found it. */
  readonly layout: TableLayout;
  readonly store: ObjectStore;
  /** Reads and writes in `directory` alone. */
  readonly engine: Engine;
  /** The engine's own; what is written there is removed again. */
  readonly directory: string;
  /** As in {@link SampleOptions}. */
  readonly transformMs?: number;
  /** As in {@link SampleOptions}. */
  readonly call?: CallFunction;
  /** Index of the first chunk: those of the generations before it. */
  readonly firstIndex: number;
  readonly signal?: AbortSignal;
  /** The seek indexes of large texts. Absent: texts in gzip are never cut. */
  readonly indexes?: TextIndexes;
  /** Set if some of them are not made yet: then the plan says about what it will be. */
  readonly lacksIndexes?: boolean;
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
  /** Bytes of text for a byte of a file, where files are text in gzip. @default 1 */
  readonly contentShare?: number | undefined;
  /** Of each file by the ratio. */
  readonly predictedFileBytes: { readonly min: number; readonly max: number };
  /** Rows of all files, by the sample. */
  readonly predictedRows: number;
  /** Of a table that is shuffled: its files, of which the chunks are not yet. */
  readonly forecast?: Omit<PartitionForecast, 'partitions'> &
    Partial<Pick<PartitionForecast, 'partitions'>>;
  /** How many there are, of a table whose partitions lie in its keys. */
  readonly partitions?: number;
  /** Columns whose sampled values fit smaller types. */
  readonly smallerTypes: TableSample['smallerTypes'];
  /** What a transform makes of the first sampled rows. */
  readonly transformed?: TableSample['transformed'];
  /** Of a table of a database, or whose keys are whole. */
  readonly keys?: CountedKeys;
  /** What the user should know, a sentence each. */
  readonly warnings: readonly string[];
}

/** Files that are this many times as large as asked for are worth a word. */
const LARGE = 2;
/** And so are files that all are smaller than this share of it. */
const SMALL = 0.4;

function warningsOf(
  sizes: readonly number[],
  { rows, rejected, filtered }: TableSample,
  size: SizedTable['size'],
): readonly string[] {
  // The files of slices are cut from their rows.
  const isFiles = 'targetFileBytes' in size && !('sliceBytes' in size);
  const target = isFiles ? size.targetFileBytes : Number.POSITIVE_INFINITY;
  const large = sizes.filter((bytes) => bytes > LARGE * target).length;
  const largest = sizes.reduce((most, bytes) => Math.max(most, bytes), 0);
  const warnings: string[] = [];
  if (rejected > 0) {
    warnings.push(`${rejected} of ${rows + rejected + filtered} sampled rows are rejected`);
  }
  if (large > 0) {
    warnings.push(
      `${large} of ${sizes.length} files are more than ${LARGE} times as large as output.targetFileBytes, as row groups and most compressed texts are never cut`,
    );
  }
  if (sizes.length > 1 && largest < SMALL * target && isFiles && !('partitions' in size)) {
    warnings.push(
      `all files are smaller than ${SMALL} times output.targetFileBytes, as a writer has room for ${MAX_TEXT_BYTES} bytes of text`,
    );
  }
  return warnings;
}

/** What a plan says of files whose rows are not scattered yet. */
function forecastOf(
  { targetFileBytes }: SliceSize,
  { partitionRows, keyRows: sampled }: TableSample,
  { bytes, rows, layout }: { bytes: number; rows: number; layout: TableLayout },
): Pick<TablePlan, 'forecast' | 'keys'> & { readonly large: readonly string[] } {
  if (layout.keysWhole === undefined) {
    const forecast = forecastPartitions({ rows: partitionRows, bytes, targetFileBytes });
    return { forecast, large: [] };
  }
  const { counted, warnings, ...forecast } = forecastKeys({
    sampled,
    bytes,
    rows,
    targetFileBytes,
  });
  return { forecast, keys: { ...counted, columns: shownColumns(layout) }, large: warnings };
}

interface Sampled {
  readonly source: UnitsSource;
  readonly units: PackUnits;
  readonly cuts: TextCuts;
  readonly sample: TableSample;
  readonly mostSourceBytes: number;
}

/** Bytes of source that have as much text, by the sample, as a writer has room for. */
function textShare({ sourceBytes, textBytes }: TableSample): number {
  return textBytes > 0 ? (MAX_TEXT_BYTES * sourceBytes) / textBytes : Number.POSITIVE_INFINITY;
}

/** Parquet has several bytes of text for each of its own. */
const PARQUET_TEXT = 4;

/** Bytes of source that have so many bytes of text. */
function sliceSize(sliceBytes: number, { sourceBytes, textBytes }: TableSample): FileSizes {
  const ratio = textBytes > 0 ? textBytes / Math.max(1, sourceBytes) : PARQUET_TEXT;
  return { sourceBytes: Math.max(1, sliceBytes / ratio) };
}

/** The files of a table, and how many rows they have together once all files are there. */
function filesOf(size: SizedTable['size'], sampled: Sampled) {
  const { source, units, cuts, sample, mostSourceBytes } = sampled;
  const { ratios, rows, rejected, filtered, sourceBytes } = sample;
  if ('rows' in size) {
    const counted = new RowCuts(source, size.rows);
    const share = rows / Math.max(1, rows + rejected + filtered);
    return { files: rowFiles(counted, ratios.overall), rows: () => counted.rows * share };
  }
  const cut = (object: number, bytes: number) => cuts.cut(object, bytes);
  const sized = 'sliceBytes' in size ? sliceSize(size.sliceBytes, sample) : size;
  if ('sourceBytes' in sized) assertSlices(units.totalBytes, sized.sourceBytes, ratios.overall);
  const options = { ratios, size: sized, cut, mostSourceBytes };
  const files =
    'partitions' in size
      ? packKeyPartitions(units, size.partitions, options)
      : packFiles(units, options);
  return { files, rows: () => rows * (units.totalBytes / Math.max(sourceBytes, 1)) };
}

async function chunksOf(
  files: AsyncIterable<PackedChunk>,
  objects: ObjectList,
  firstIndex: number,
): Promise<{ readonly chunks: TableChunk[]; readonly sizes: number[] }> {
  const chunks: TableChunk[] = [];
  const sizes: number[] = [];
  for await (const packed of files) {
    const index = firstIndex + packed.index;
    chunks.push(tableChunkOf({ ...packed, index }, objects));
    sizes.push(packed.predictedBytes);
  }
  return { chunks, sizes };
}

/**
 * Plans the files of a table: converts a sample of it to the output to learn
 * the sizes, and cuts it at records. The same objects and request give the same plan.
 *
 * Reads what {@link collectUnits} and {@link sampleTable} read, and 64 KiB for each file that ends
 * within a text; by rows all texts, or the footers of Parquet; and three times 25 kB of each seek
 * index. Holds 51 bytes for an object or row group, 2 kB for a file, 100 MiB and the engine's own.
 *
 * @throws {RequestError} the sizes do not fit the table.
 * @throws {UnsupportedSourceError} an object is not what its name or the request says.
 * @throws {CorruptSourceError} an object is not sound; with `onBadRow` `fail` also a value of the
 * sample that its column cannot hold.
 * @throws {BoundExceededError} too many files, a header or footer that is too long, or too much to
 * count.
 */
export async function planTable(
  asked: SizedTable,
  objects: ObjectList,
  { firstIndex, layout: given, store, indexes, lacksIndexes = false, ...room }: PlanOptions,
): Promise<TablePlan> {
  const whole = { layout: given, objects, store };
  const source = { ...whole, ...(indexes && { indexes }) };
  const read = lacksIndexes ? whole : source;
  const units = await collectUnits(source);
  const cuts = new TextCuts(read);
  const { output, size, partitionBy } = asked;
  // Without its index a text is sampled at its begin.
  const sampled = lacksIndexes ? await collectUnits(whole) : units;
  const sample = await sampleTable({
    ...{ ...room, units: sampled, cuts, layout: given, output },
    ...(partitionBy && { partitionBy }),
  });
  const layout = { ...given, rowGroupRows: sample.rowGroupRows };
  const mostSourceBytes = Math.min(textShare(sample), await maxFileShare(read));
  const { files, rows } = filesOf(size, { source, units, cuts, sample, mostSourceBytes });
  const { chunks, sizes } = await chunksOf(files, objects, firstIndex);
  const predictedBytes = sizes.reduce((sum, bytes) => sum + bytes, 0);
  const predictedFileBytes = { min: Math.min(...sizes), max: Math.max(...sizes) };
  const predictedRows = Math.round(rows());
  const all = { bytes: predictedBytes, rows: predictedRows, layout };
  const { large = [], ...forecast } = 'sliceBytes' in size ? forecastOf(size, sample, all) : {};
  return {
    ...{ layout, chunks, ratio: sample.ratios.overall, predictedBytes, predictedFileBytes },
    ...{ predictedRows, ...forecast, contentShare: sample.contentShare },
    ...('partitions' in size && { partitions: size.partitions.length }),
    smallerTypes: sample.smallerTypes,
    ...(sample.transformed && { transformed: sample.transformed }),
    warnings: [...warningsOf(sizes, sample, size), ...large],
  };
}
