import { inOrder } from '#core/bytes/in-order.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { TablePosition } from '#core/tables/pack/pack-units.ts';
import type { TableChunk } from '#core/tables/run/table-chunk.ts';
import { type ObjectShape, ObjectShapes } from './object-shape.ts';
import { type IndexedSource, openIndexed } from './open-indexed.ts';
import { isEmptyText, type OpenedObject, saidBy } from './open-object.ts';
import { rowsIn } from './parquet-rows.ts';
import type { ParquetPart, TableSlice, TextPart } from './table-slice.ts';
import { firstRecord } from './text-cuts.ts';

/** Heads are read at the same time: such reads mostly wait for S3. */
const HEADS_AT_ONCE = 32;

/** What a chunk is read from. */
export interface ChunkSource extends IndexedSource {
  readonly chunk: Pick<TableChunk, 'start' | 'end'>;
  /** Of the objects from `start.object` to the last one of which anything is read. */
  readonly pins: readonly SourcePin[];
}

/** Where the chunk begins and ends in an object; the end undefined for that of the object. */
interface Within {
  readonly start: Omit<TablePosition, 'object'>;
  readonly end: Omit<TablePosition, 'object'> | undefined;
}

function withinOf({ start, end }: ChunkSource['chunk'], object: number): Within {
  return {
    start: object === start.object ? start : { at: 0 },
    end: object === end.object ? end : undefined,
  };
}

function textPart(
  object: OpenedObject & { readonly format: 'csv' | 'jsonl' },
  within: Within,
): TextPart | undefined {
  const { source, compression } = object;
  const end = within.end?.at;
  const start = Math.max(within.start.at, firstRecord(object));
  // How long a compressed text is, is not known.
  const most = compression === 'none' ? source.size : Number.POSITIVE_INFINITY;
  if (start >= (end ?? most)) return undefined;
  return { source, compression, start, ...(end !== undefined && { end }) };
}

function parquetPart(
  { source, footer }: OpenedObject & { readonly format: 'parquet' },
  { start, end = { at: footer.rowGroups.length } }: Within,
): ParquetPart | undefined {
  const isWithin = end.row !== undefined;
  const groups = { start: start.at, end: isWithin ? end.at + 1 : end.at };
  if (groups.start >= groups.end) return undefined;
  const part = { source, footer, groups };
  if (start.row === undefined && !isWithin) return part;
  const before = isWithin ? rowsIn(footer, { start: start.at, end: end.at }) + end.row : undefined;
  return { ...part, rows: { start: start.row ?? 0, end: before ?? rowsIn(footer, groups) } };
}

function partOf(object: OpenedObject, within: Within): TextPart | ParquetPart | undefined {
  return object.format === 'parquet' ? parquetPart(object, within) : textPart(object, within);
}

/** Collects parts into slices: those that follow each other and have one shape are one. */
export class SliceList {
  readonly slices: TableSlice[] = [];
  #last: ObjectShape | undefined;
  #parts: (TextPart | ParquetPart)[] = [];

  /** @param part of an object of the shape; undefined if nothing of it is read. */
  add(shape: ObjectShape, part: TextPart | ParquetPart | undefined): void {
    if (part === undefined) return;
    if (shape !== this.#last) {
      this.#last = shape;
      this.#parts = [];
      // The shape has the format of its object, and so have all parts of it.
      this.slices.push({ ...shape, parts: this.#parts } as TableSlice);
    }
    this.#parts.push(part);
  }
}

/**
 * Opens what one writer reads of a table, in the order of its rows: reads the head of each object
 * and says where its columns lie. Objects that follow each other and have the same columns in the
 * same order, in Parquet of the same types, are one slice. Those without rows are none.
 *
 * One or two reads for each object, three more for one with a seek index, 32 objects at the same
 * time. Holds the footers of all Parquet
 * objects, some 200 bytes for each column and row group.
 *
 * @throws {UnsupportedSourceError} an object is not of the format of the table.
 * @throws {CorruptSourceError} an object is not sound, or has another header.
 * @throws {RequestError} an object has not the columns that are asked for.
 */
export async function openChunk(chunk: ChunkSource): Promise<readonly TableSlice[]> {
  const { layout, pins } = chunk;
  const said = saidBy(layout);
  const shapes = new ObjectShapes(layout);
  const slices = new SliceList();
  const tasks = pins.map((pin) => async () => {
    return isEmptyText(pin, said) ? undefined : await openIndexed(pin, chunk);
  });
  let object = chunk.chunk.start.object;
  for await (const opened of inOrder(tasks, HEADS_AT_ONCE)) {
    if (opened !== undefined) {
      slices.add(shapes.of(opened), partOf(opened, withinOf(chunk.chunk, object)));
    }
    object += 1;
  }
  return slices.slices;
}
