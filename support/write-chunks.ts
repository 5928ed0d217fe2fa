import { crc32 } from 'node:zlib';

interface Options {
  readonly itemBytes: number;
  readonly chunkElements: number;
  /**
   * Numbers of the filters in a chunk table, and bytes of an element, in the order in which they
   * are applied.
   */
  readonly filters?: ReadonlyArray<readonly [kind: number, itemBytes: number]>;
  readonly fill?: readonly number[];
  /**
   * Makes the stored bytes of a chunk, and which filters were left out; undefined if it was never
   * written.
   */
  readonly store?: (
    bytes: Uint8Array,
    chunk: number,
  ) => { readonly bytes: Uint8Array; readonly mask: number } | undefined;
  /** Bytes between two chunks. */
  readonly gap?: number;
}

/** The bytes of an object that holds chunks, and of the table that says where. */
export interface WrittenChunks {
  readonly object: Uint8Array;
  readonly table: Uint8Array<ArrayBuffer>;
}

const HEADER_BYTES = 80;
const ENTRIES = 1024;

function header(elements: number, options: Options): Buffer {
  const { itemBytes, chunkElements, filters = [], fill = [] } = options;
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write('spsoSCH1', 'latin1');
  bytes.writeUInt32LE(itemBytes, 8);
  bytes.writeUInt32LE(chunkElements, 12);
  bytes.writeDoubleLE(elements, 16);
  bytes.set(fill, 24);
  bytes.writeUInt32LE(filters.length, 32);
  for (const [i, [kind, item]] of filters.entries()) {
    bytes.writeUInt32LE(kind, 36 + 8 * i);
    bytes.writeUInt32LE(item, 40 + 8 * i);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 76)), 76);
  return bytes;
}

function blocks(entries: readonly Buffer[]): Buffer[] {
  const written: Buffer[] = [];
  for (let first = 0; first < entries.length; first += ENTRIES) {
    const body = Buffer.concat(entries.slice(first, first + ENTRIES));
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(crc32(body));
    written.push(body, crc);
  }
  return written;
}

/**
 * Writes elements as the chunks of a dataset and their table, straight from the table's
 * documentation.
 */
export function writeChunks(elements: Uint8Array, options: Options): WrittenChunks {
  const { itemBytes, chunkElements, gap = 0 } = options;
  const store = options.store ?? ((bytes: Uint8Array) => ({ bytes, mask: 0 }));
  const chunkBytes = itemBytes * chunkElements;
  const stored: Uint8Array[] = [Buffer.alloc(16)];
  const entries: Buffer[] = [];
  let at = 16;
  for (let start = 0; start < elements.length; start += chunkBytes) {
    const chunk = new Uint8Array(chunkBytes);
    chunk.set(elements.subarray(start, start + chunkBytes));
    const written = store(chunk, start / chunkBytes);
    const entry = Buffer.alloc(16);
    entries.push(entry);
    if (written === undefined) continue;
    entry.writeDoubleLE(at);
    entry.writeUInt32LE(written.bytes.length, 8);
    entry.writeUInt32LE(written.mask, 12);
    stored.push(written.bytes, Buffer.alloc(gap));
    at += written.bytes.length + gap;
  }
  const head = header(elements.length / itemBytes, options);
  const table = new Uint8Array(Buffer.concat([head, ...blocks(entries)]));
  return { object: Buffer.concat(stored), table };
}
