import { AvroReader, readAvro } from './avro-reader.ts';
import type { AvroRecord, AvroValue } from './avro-schema.ts';
import { AvroWriter, writeAvro } from './avro-writer.ts';

const MAGIC = Uint8Array.of(0x4f, 0x62, 0x6a, 1);
const SYNC_BYTES = 16;

/** Records of one file as they are encoded. */
export class AvroRecords {
  readonly #writer = new AvroWriter();
  readonly #schema: AvroRecord;
  #count = 0;

  constructor(schema: AvroRecord) {
    this.#schema = schema;
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#writer.length;
  }

  add(record: AvroValue): void {
    writeAvro(this.#writer, this.#schema, record);
    this.#count += 1;
  }

  /**
   * The file with all of them in one block, which is not compressed: no zlib may change it.
   *
   * @param metadata in this order, before schema and codec.
   * @param sync 16 bytes that end each block: not random, so that the same records are the same
   * file.
   */
  file(metadata: Readonly<Record<string, string>>, sync: Uint8Array): Uint8Array {
    const writer = new AvroWriter();
    writer.raw(MAGIC);
    const own = { 'avro.schema': JSON.stringify(this.#schema), 'avro.codec': 'null' };
    const pairs = Object.entries({ ...metadata, ...own });
    writer.long(pairs.length);
    for (const [key, value] of pairs) {
      writer.text(key);
      writer.text(value);
    }
    writer.long(0);
    writer.raw(sync);
    if (this.#count === 0) return writer.bytes();
    writer.long(this.#count);
    writer.sized(this.#writer.bytes());
    writer.raw(sync);
    return writer.bytes();
  }
}

function skipHead(reader: AvroReader): Uint8Array {
  if (Buffer.compare(reader.raw(MAGIC.length), MAGIC) !== 0) reader.refuse('is no Avro file');
  for (let left = Number(reader.long()); left > 0; left -= 1) {
    const [key, value] = [reader.text(), reader.text()];
    if (key === 'avro.codec' && value !== 'null') reader.refuse(`is compressed by ${value}`);
    if (left === 1) left += Number(reader.long());
  }
  return reader.raw(SYNC_BYTES);
}

/**
 * The records of a file that {@link AvroRecords} wrote with the same schema.
 *
 * @param name what the bytes are, for messages.
 * @throws {ManifestError} they are another file, or damaged.
 */
export function readAvroFile(
  bytes: Uint8Array,
  schema: AvroRecord,
  name: string,
): Readonly<Record<string, AvroValue>>[] {
  const reader = new AvroReader(bytes, name);
  const sync = skipHead(reader);
  const records: Readonly<Record<string, AvroValue>>[] = [];
  while (!reader.isAtEnd) {
    const count = Number(reader.long());
    const block = new AvroReader(reader.sized(), name);
    for (let left = count; left > 0; left -= 1) {
      records.push(readAvro(block, schema) as Readonly<Record<string, AvroValue>>);
    }
    if (!block.isAtEnd || Buffer.compare(reader.raw(SYNC_BYTES), sync) !== 0) {
      reader.refuse('has a block of another length');
    }
  }
  return records;
}
