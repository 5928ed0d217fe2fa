import type { ByteRange } from '#core/bytes/byte-source.ts';
import { BoundExceededError, UnsupportedSourceError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import type { CompactReader } from './compact-reader.ts';
import { PHYSICAL_TYPES, type SchemaLeaf } from './schema-types.ts';

/** A run of rows whose columns lie together in the file. */
export interface RowGroup {
  readonly rows: number;
  /** Sum of its column chunks as they lie in the file. */
  readonly bytes: number;
  /** Sum of its column chunks when decompressed: what a reader may have to hold. */
  readonly inflatedBytes: number;
  /** Where its column chunks lie in the file: in order, apart, those that touch joined. */
  readonly ranges: readonly ByteRange[];
  /** Where its own description lies in the bytes of the footer. */
  readonly described: { readonly start: number; readonly end: number };
}

/** They would take some 50 MB of memory. */
const MAX_ROW_GROUPS = 100_000;

/** Numbers of `ColumnMetaData` that are checked, by their field. */
const NUMBERS: ReadonlySet<number> = new Set([1, 5, 6, 7, 9, 11]);

/** The values of one column in a row group. */
export interface Chunk {
  readonly range: ByteRange;
  /** Offset of the first page of values; a dictionary may lie before it. */
  readonly data: number;
  readonly type: number;
  readonly values: number;
  readonly inflatedBytes: number;
}

/** Reads the description of one column chunk, without its statistics. */
function readChunkNumbers(reader: CompactReader): Partial<Record<number, number>> {
  const numbers: Record<number, number> = {};
  reader.struct(({ id, type }) => {
    if (id === 1) {
      throw new UnsupportedSourceError(
        `${reader.where} says that columns lie in other files, which is not read; write the table as files that are complete`,
      );
    }
    if (id === 8 || id === 9) throw encrypted(reader.where);
    if (id !== 3) return reader.skip(type);
    reader.structOf(type, (field) => {
      if (NUMBERS.has(field.id)) numbers[field.id] = reader.integer(field.type);
      else reader.skip(field.type);
    });
  });
  return numbers;
}

/** The refusal of a file of which any part is encrypted. */
export function encrypted(where: string): UnsupportedSourceError {
  return new UnsupportedSourceError(
    `${where} is encrypted, which is not read; write the table as Parquet without encryption`,
  );
}

function readChunk(reader: CompactReader): Chunk {
  const found = readChunkNumbers(reader);
  const { 1: type, 5: values, 6: inflatedBytes, 7: length, 9: data, 11: dictionary = 0 } = found;
  if (type === undefined || values === undefined || inflatedBytes === undefined)
    throw reader.damaged('has a column chunk without a description');
  if (length === undefined || data === undefined)
    throw reader.damaged('has a column chunk that does not say where it lies');
  // Older writers give 0 where there is no dictionary.
  const offset = dictionary === 0 ? data : dictionary;
  return { range: { offset, length }, data, type, values, inflatedBytes };
}

/**
 * Joins ranges that touch.
 *
 * @throws {CorruptSourceError} two of them overlap.
 */
function joined(reader: CompactReader, ranges: readonly ByteRange[]): readonly ByteRange[] {
  const joins: { offset: number; length: number }[] = [];
  for (const { offset, length } of ranges.toSorted((a, b) => a.offset - b.offset)) {
    const last = joins.at(-1);
    const end = last === undefined ? -1 : last.offset + last.length;
    if (last === undefined || offset > end) joins.push({ offset, length });
    else if (offset === end) last.length += length;
    else {
      throw reader.damaged(`has columns that overlap at offset ${offset}`);
    }
  }
  return joins;
}

/** What the row groups of a file are checked against. */
interface RowGroupBounds {
  readonly leaves: readonly SchemaLeaf[];
  /** Offset in the file at which no column can lie: where its footer begins. */
  readonly end: number;
}

/** Checks a column chunk of a row group that has rows. */
function checkPlace(
  reader: CompactReader,
  { range, data, inflatedBytes }: Chunk,
  end: number,
): void {
  const { offset, length } = range;
  if (offset > data)
    throw reader.damaged(`has a dictionary at offset ${offset}, behind its values at ${data}`);
  if (length > 0 && inflatedBytes >= 0 && offset >= 4 && offset + length <= end) return;
  throw reader.damaged(
    `has a column chunk of ${length} bytes (${inflatedBytes} when decompressed) at offset ${offset}, where columns end at ${end}`,
  );
}

function checkValues(reader: CompactReader, chunk: Chunk, leaf: SchemaLeaf, rows: number): void {
  const name = shownName(leaf.path.join('.'));
  const type = PHYSICAL_TYPES[chunk.type];
  if (type !== leaf.physical) {
    throw reader.damaged(`has the column ${name} of ${leaf.physical} with values of type ${type}`);
  }
  if (chunk.values >= 0 && (!leaf.isFlat || chunk.values === rows)) return;
  throw reader.damaged(`has ${chunk.values} values of ${name} in a row group of ${rows} rows`);
}

interface RawGroup {
  readonly rows: number;
  readonly chunks: readonly Chunk[];
}

function readRawGroup(reader: CompactReader): RawGroup {
  const chunks: Chunk[] = [];
  let rows = -1;
  reader.struct(({ id, type }) => {
    if (id === 3) rows = reader.integer(type);
    else if (id !== 1) reader.skip(type);
    else reader.structs(type, () => chunks.push(readChunk(reader)));
  });
  return { rows, chunks };
}

/** Reads the column chunks of a row group again, whose description the reader stands at. */
export function readChunks(reader: CompactReader): readonly Chunk[] {
  return readRawGroup(reader).chunks;
}

/** Reads one `RowGroup`. */
function readRowGroup(reader: CompactReader, { leaves, end }: RowGroupBounds): RowGroup {
  const start = reader.at;
  const { rows, chunks } = readRawGroup(reader);
  if (rows < 0) throw reader.damaged(`has a row group of ${rows} rows`);
  if (chunks.length !== leaves.length) {
    throw reader.damaged(
      `has a row group of ${chunks.length} columns, where its schema has ${leaves.length}`,
    );
  }
  for (const [i, leaf] of leaves.entries()) checkValues(reader, chunks[i]!, leaf, rows);
  const described = { start, end: reader.at };
  // Where there are no rows, writers give offsets of pages that are not there.
  if (rows === 0) return { rows, bytes: 0, inflatedBytes: 0, ranges: [], described };
  for (const chunk of chunks) checkPlace(reader, chunk, end);
  const ranges = chunks.map(({ range }) => range);
  return {
    rows,
    bytes: ranges.reduce((sum, { length }) => sum + length, 0),
    inflatedBytes: chunks.reduce((sum, chunk) => sum + chunk.inflatedBytes, 0),
    ranges: joined(reader, ranges),
    described,
  };
}

/**
 * Reads the row groups in a footer.
 *
 * @throws {CorruptSourceError} one of them lies outside the file or over another, or does not have
 * the columns of the schema.
 * @throws {UnsupportedSourceError} columns are encrypted, or lie in other files.
 * @throws {BoundExceededError} more than 100,000 row groups.
 */
export function readRowGroups(
  reader: CompactReader,
  type: number,
  bounds: RowGroupBounds,
): readonly RowGroup[] {
  const groups: RowGroup[] = [];
  reader.structs(type, () => {
    if (groups.length === MAX_ROW_GROUPS) {
      throw new BoundExceededError(
        `${reader.where} has more than ${MAX_ROW_GROUPS} row groups, which is the most that is read; write larger ones`,
      );
    }
    groups.push(readRowGroup(reader, bounds));
  });
  joined(
    reader,
    groups.flatMap(({ ranges }) => ranges),
  );
  return groups;
}
