import { assertRange } from '#core/bytes/assert-range.ts';
import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { withReadAhead } from '#core/bytes/read-ahead.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { ChunkEntry } from './chunk-entry.ts';
import { type ChunkTable, openChunkTable } from './chunk-table.ts';
import { decodeChunk } from './decode-chunk.ts';

/** A dataset in chunks, and the table of where they are. */
interface ChunkedDataset {
  readonly object: ByteSource;
  /** Made by {@link encodeChunkTable}. */
  readonly index: ByteSource;
  /** Bytes of all elements together. */
  readonly size: number;
}

/** Chunks that lie one after the other in the object, with their bytes. */
interface ChunkRun {
  readonly entries: readonly ChunkEntry[];
  /** Offset of the first byte in the object. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Most bytes of a run: enough for S3's full speed. Two runs are held. */
const MAX_RUN_BYTES = 4 * 1024 * 1024;

/** Chunks less than this apart are read together; see {@link withPrefetched}. */
const GAP_BYTES = 64 * 1024;

/** Entries that are looked up together: 64 KiB of the table. */
const LOOKED_UP = 4096;

/** Most bytes of decoded chunks that are kept for the next read; at least one chunk is kept. */
const KEPT_BYTES = 8 * 1024 * 1024;

/** Keeps the chunks that were added last. */
class LastChunks {
  readonly #chunks = new Map<number, Uint8Array>();
  readonly #most: number;

  constructor(chunkBytes: number) {
    this.#most = Math.max(1, Math.min(4, Math.floor(KEPT_BYTES / chunkBytes)));
  }

  /** The kept chunks among the chunks `[first, end)`. */
  within(first: number, end: number): Map<number, Uint8Array> {
    return new Map([...this.#chunks].filter(([chunk]) => chunk >= first && chunk < end));
  }

  put(chunk: number, bytes: Uint8Array): void {
    this.#chunks.delete(chunk);
    // A part of a longer run is copied, so that the run can be freed.
    this.#chunks.set(chunk, bytes.length < bytes.buffer.byteLength ? bytes.slice() : bytes);
    const [oldest] = this.#chunks.keys();
    if (oldest !== undefined && this.#chunks.size > this.#most) this.#chunks.delete(oldest);
  }
}

/** An open table, and the chunks that were decoded last. */
interface Opened {
  readonly table: ChunkTable;
  readonly chunkBytes: number;
  readonly last: LastChunks;
}

/** Cuts entries into runs of at most 4 MiB; a longer chunk is a run of its own. */
function* cutRuns(entries: readonly ChunkEntry[]): Generator<readonly ChunkEntry[]> {
  let start = 0;
  for (let i = 1; i <= entries.length; i++) {
    const before = entries[i - 1]!;
    const next = entries[i];
    const gap = next === undefined ? -1 : next.address - (before.address + before.storedBytes);
    const bytes =
      before.address + before.storedBytes + (next?.storedBytes ?? 0) - entries[start]!.address;
    if (gap >= 0 && gap <= GAP_BYTES && gap + bytes <= MAX_RUN_BYTES) continue;
    yield entries.slice(start, i);
    start = i;
  }
}

async function readRun(object: ByteSource, entries: readonly ChunkEntry[]): Promise<ChunkRun> {
  const last = entries.at(-1)!;
  const offset = entries[0]!.address;
  const length = last.address + last.storedBytes - offset;
  return { entries, offset, bytes: await object.read({ offset, length }) };
}

/** The chunks `[first, end)` that a range covers, and those of them that are kept already. */
interface Covered {
  readonly first: number;
  readonly end: number;
  readonly there: ReadonlySet<number>;
}

/** Reads, run by run, the chunks that are stored and not kept. */
async function* readRuns(
  object: ByteSource,
  table: ChunkTable,
  { first, end, there }: Covered,
): AsyncGenerator<ChunkRun> {
  for (let chunk = first; chunk < end; chunk += LOOKED_UP) {
    const entries = await table.read(chunk, Math.min(chunk + LOOKED_UP, end));
    const wanted = entries.filter((e) => e.storedBytes > 0 && !there.has(e.chunk));
    for (const run of cutRuns(wanted)) yield await readRun(object, run);
  }
}

/** Writes the fill value into all elements. Does nothing if it is zero, as a new array is. */
function fillBytes(out: Uint8Array, fill: Uint8Array, offset: number): void {
  if (fill.every((byte) => byte === 0)) return;
  for (let i = 0; i < out.length; i++) out[i] = fill[(offset + i) % fill.length]!;
}

function decode(object: ByteSource, run: ChunkRun, entry: ChunkEntry, opened: Opened): Uint8Array {
  const start = entry.address - run.offset;
  const stored = run.bytes.subarray(start, start + entry.storedBytes);
  const style = { filters: opened.table.filters, bytes: opened.chunkBytes };
  try {
    return decodeChunk(stored, entry.filterMask, style);
  } catch (error) {
    throw new CorruptSourceError(
      `${object.uri} has a damaged chunk of ${entry.storedBytes} bytes at ${entry.address}: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    );
  }
}

/** Copies the bytes that lie in both the chunk and the range. */
function place(out: Uint8Array, range: ByteRange, chunk: number, bytes: Uint8Array): void {
  const at = chunk * bytes.length - range.offset;
  out.set(bytes.subarray(Math.max(-at, 0), Math.max(out.length - at, 0)), Math.max(at, 0));
}

async function open({ object, index, size }: ChunkedDataset): Promise<Opened> {
  const table = await openChunkTable(index);
  const chunkBytes = table.chunkElements * table.itemBytes;
  if (table.length * table.itemBytes === size) {
    return { table, chunkBytes, last: new LastChunks(chunkBytes) };
  }
  throw new CorruptSourceError(
    `${index.uri} is the chunk table of ${table.length * table.itemBytes} bytes, expected ${size} of ${object.uri}`,
  );
}

/** Reads a range of at least one byte. */
async function readRange(
  object: ByteSource,
  range: ByteRange,
  opened: Opened,
): Promise<Uint8Array<ArrayBuffer>> {
  const { table, chunkBytes, last } = opened;
  const out = new Uint8Array(range.length);
  fillBytes(out, table.fill, range.offset);
  const rangeEnd = range.offset + range.length;
  const first = Math.floor(range.offset / chunkBytes);
  const end = Math.ceil(rangeEnd / chunkBytes);
  const kept = last.within(first, end);
  for (const [chunk, bytes] of kept) place(out, range, chunk, bytes);
  const covered = { first, end, there: new Set(kept.keys()) };
  for await (const run of withReadAhead(readRuns(object, table, covered))) {
    for (const entry of run.entries) {
      const bytes = decode(object, run, entry, opened);
      place(out, range, entry.chunk, bytes);
      // Keep the chunk in which the range ends: the next read probably begins there.
      if ((entry.chunk + 1) * chunkBytes > rangeEnd) last.put(entry.chunk, bytes);
    }
  }
  return out;
}

/**
 * The decoded elements of a dataset that is stored in chunks, as a source that is read by range.
 *
 * A read fetches the entries of the table and the chunks that the range covers; near chunks are
 * fetched together, up to 4 MiB. The last chunk is kept, so sequential reads decode each chunk
 * once. Chunks that were never written have the fill value. Holds the range, two runs of stored
 * bytes, and up to 8 MiB of decoded chunks or one larger chunk.
 *
 * @throws {CorruptSourceError} from a read: a chunk does not decode to its length, or the table is
 * damaged.
 */
export function chunkedSource(dataset: ChunkedDataset): ByteSource {
  const { object, size } = dataset;
  const source = { uri: object.uri, size, etag: object.etag };
  let opening: Promise<Opened> | undefined;

  async function openOnce(): Promise<Opened> {
    opening ??= open(dataset);
    try {
      return await opening;
    } catch (error) {
      // A later try may succeed.
      opening = undefined;
      throw error;
    }
  }

  return {
    ...source,
    async read(range) {
      assertRange(source, range);
      if (range.length === 0) return new Uint8Array(0);
      return readRange(object, range, await openOnce());
    },
  };
}
