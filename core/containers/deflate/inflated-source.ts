import { assertRange } from '#core/bytes/assert-range.ts';
import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { openInflater } from './gzip-inflater.ts';
import { type Checkpoint, readCheckpoints, readWindow } from './seek-index.ts';

/** A deflated stream in an object, and its seek index. */
export interface InflatedSourceOptions {
  readonly compressed: ByteSource;
  /** Where the stream lies in `compressed`. */
  readonly range: ByteRange;
  /** Length of the inflated bytes. */
  readonly size: number;
  readonly index: ByteSource;
  /** Name of the stream, for messages. @default 'a compressed part' */
  readonly name?: string | undefined;
  /** Set if the stream is a gzip file. @default raw deflate */
  readonly container?: 'gzip';
}

/**
 * Compressed bytes that the inflater may need beyond a place before it gives the bytes up to there:
 * the longest header of a block, and two words.
 */
const LOOK_AHEAD_BYTES = 1024;

/** Most cursors of earlier reads that are kept, of all sources together: 1.4 MiB each. */
const MAX_IDLE = 6;

function nameOf({ name = 'a compressed part', compressed }: InflatedSourceOptions): string {
  return `${name} of ${compressed.uri}`;
}

/** The place where an earlier read ended, so that the next read can go on from it. */
class Cursor {
  readonly stream: InflatedSourceOptions;
  readonly #inflater: ReturnType<typeof openInflater>;
  /** Inflated bytes that no read has received yet. */
  #pending = new Uint8Array();
  /** Offset of the next byte that a read will receive. */
  offset: number;

  constructor(stream: InflatedSourceOptions, { bit, offset }: Checkpoint, window: Uint8Array) {
    this.stream = stream;
    this.offset = offset;
    this.#inflater = openInflater(stream.container);
    const { range } = stream;
    const where = nameOf(stream);
    this.#inflater.start({ where, compressedBytes: range.length, bit, window });
  }

  /** Moves to `offset`, then fills `target` from there. */
  async read(offset: number, target: Uint8Array, checkpoints: readonly Checkpoint[]) {
    const end = offset + target.length;
    while (this.offset < end) {
      if (this.#pending.length === 0) await this.#inflate(end, checkpoints);
      const from = Math.max(offset - this.offset, 0);
      const to = Math.min(end - this.offset, this.#pending.length);
      if (from < to) target.set(this.#pending.subarray(from, to), this.offset + from - offset);
      this.#pending = this.#pending.subarray(to);
      this.offset += to;
    }
  }

  close(): void {
    this.#inflater.close();
  }

  /**
   * Inflates more bytes. Reads compressed bytes if needed, but not beyond the first checkpoint at
   * or after `end`.
   */
  async #inflate(end: number, checkpoints: readonly Checkpoint[]): Promise<void> {
    const stop = this.#inflater.step();
    this.#pending = this.#inflater.output;
    if (this.#pending.length > 0) return;
    const { compressed, range, size } = this.stream;
    const { nextByte, room } = this.#inflater;
    if (stop === 'end') {
      throw new CorruptSourceError(
        `${nameOf(this.stream)} holds ${this.offset} bytes, expected ${size}; copy or save the file again`,
      );
    }
    const enough = checkpoints.find((place) => place.offset >= end && place.bit > nextByte * 8);
    const needed = enough && Math.ceil(enough.bit / 8) + LOOK_AHEAD_BYTES;
    const last = Math.min(needed ?? range.length, range.length, nextByte + room);
    const offset = range.offset + nextByte;
    this.#inflater.put(await compressed.read({ offset, length: last - nextByte }));
  }
}

/** The cursors of all sources that no read is using; the one used last comes last. */
const idle: Cursor[] = [];

/** Takes the cursor of a stream that is nearest to `offset` and lies in `[least, offset]`. */
function takeCursor(
  stream: InflatedSourceOptions,
  least: number,
  offset: number,
): Cursor | undefined {
  const found = idle
    .filter((cursor) => cursor.stream === stream)
    .filter((cursor) => cursor.offset >= least && cursor.offset <= offset)
    .sort((a, b) => b.offset - a.offset)[0];
  if (found !== undefined) idle.splice(idle.indexOf(found), 1);
  return found;
}

function keepCursor(cursor: Cursor): void {
  idle.push(cursor);
  if (cursor.offset === cursor.stream.size) idle.pop()?.close();
  if (idle.length > MAX_IDLE) idle.shift()?.close();
}

async function readInflated(
  stream: InflatedSourceOptions,
  checkpoints: readonly Checkpoint[],
  { offset, length }: ByteRange,
): Promise<Uint8Array<ArrayBuffer>> {
  const checkpoint = checkpoints.findLast((place) => place.offset <= offset)!;
  const cursor =
    takeCursor(stream, checkpoint.offset, offset) ??
    new Cursor(stream, checkpoint, await readWindow(stream.index, checkpoint));
  const target = new Uint8Array(length);
  try {
    await cursor.read(offset, target, checkpoints);
  } catch (error) {
    cursor.close();
    throw error;
  }
  keepCursor(cursor);
  return target;
}

/**
 * Opens the inflated bytes of a deflated stream, to be read by range. Nothing is read yet.
 *
 * A read begins at the nearest checkpoint before it, or where an earlier read ended if that is
 * nearer: reads that follow each other inflate no byte twice. A read that begins at a checkpoint
 * takes one read of the checkpoint's window. Compressed bytes are read 1 MiB at a time, up to the
 * first checkpoint after the end of the read; bytes that were read beyond the end serve the next
 * read. Before the first read of all, the index's table of at most 25 kB is read. Several reads may
 * run at the same time.
 *
 * Holds the table, 1.4 MiB per read under way, and 1.4 MiB for each of up to six earlier reads of
 * all sources together, however far apart the checkpoints are.
 *
 * @throws {CorruptSourceError} from a read: the stream or the index is damaged, or they do not
 * belong together.
 * @example
 * const index = memorySource(Buffer.concat(seekIndex.pieces), 'data.idx');
 * const range = { offset: 0, length: source.size };
 * const inflated = inflatedSource({ compressed: source, range, size: 6e6, index });
 * const line = await inflated.read({ offset: 3e6, length: 6 });
 */
export function inflatedSource(stream: InflatedSourceOptions): ByteSource {
  const { compressed, range, size, index } = stream;
  const { uri, etag } = compressed;
  let table: Promise<readonly Checkpoint[]> | undefined;
  const openTable = () => {
    table ??= readCheckpoints(index, { compressedBytes: range.length, bytes: size });
    // If it fails, the next read tries again.
    table.catch(() => {
      table = undefined;
    });
    return table;
  };
  return {
    uri,
    size,
    etag,
    async read(wanted) {
      assertRange({ uri, size }, wanted);
      if (wanted.length === 0) return new Uint8Array();
      return readInflated(stream, await openTable(), wanted);
    },
  };
}
