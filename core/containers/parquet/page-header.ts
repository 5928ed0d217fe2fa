import type { CompactReader, ThriftField } from './compact-reader.ts';

/** What stands before the bytes of a page. */
export interface PageHeader {
  readonly kind: 'data' | 'dictionary' | 'index';
  /** Rows of a data page with the values within lists; values of a dictionary. */
  readonly values: number;
  /** Of the page as it lies in the file, behind its header. */
  readonly bytes: number;
  /** CRC-32 of these bytes; absent where the writer made none. */
  readonly crc32?: number;
}

/** Kinds of pages by their number, and the field in which what belongs to the kind stands. */
const KINDS = [
  { kind: 'data', field: 5 },
  { kind: 'index', field: 6 },
  { kind: 'dictionary', field: 7 },
  { kind: 'data', field: 8 },
] as const;

/** Its other fields are counted for by the engine. */
function readValues(reader: CompactReader, type: number): number {
  let values = 0;
  reader.structOf(type, (field) => {
    if (field.id === 1) values = reader.integer(field.type);
    else reader.skip(field.type);
  });
  return values;
}

/**
 * Reads one `PageHeader`.
 *
 * @throws {CorruptSourceError} it is none, or contradicts itself.
 */
export function readPageHeader(reader: CompactReader): PageHeader {
  const numbers: Record<number, number> = {};
  const values: Record<number, number> = {};
  reader.struct(({ id, type }: ThriftField) => {
    if (id <= 4) numbers[id] = reader.integer(type);
    else if (id <= 8) values[id] = readValues(reader, type);
    else reader.skip(type);
  });
  const { 1: number = -1, 2: inflated = -1, 3: bytes = -1, 4: crc } = numbers;
  const found = KINDS[number];
  if (found === undefined) throw reader.damaged(`has a page of type ${number}, which there is not`);
  const count = values[found.field];
  if (count === undefined) throw reader.damaged(`has a ${found.kind} page without its header`);
  if (inflated < 0 || bytes < 0 || count < 0) {
    throw reader.damaged(
      `has a ${found.kind} page of ${count} values in ${bytes} bytes (${inflated} when decompressed)`,
    );
  }
  return { kind: found.kind, values: count, bytes, ...(crc !== undefined && { crc32: crc >>> 0 }) };
}
