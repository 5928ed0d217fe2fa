import { assertRange } from '#core/bytes/assert-range.ts';
import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { giveBackInflater, type Inflater, takeInflater } from './inflater.ts';
import { type Checkpoint, readCheckpoints, readWindow } from './seek-index.ts';

/** A deflated stream that lies in an object, and its seek index. */
export interface InflatedSourceOptions {
  readonly compressed: ByteSource;
  /** Where in `compressed` the stream lies. */
  readonly range: ByteRange;
  /** Bytes when inflated. */
  readonly size: number;
  readonly index: ByteSource;
}

/** What the bytes just before a place may keep back: a block's longest header, and two words. */
const LOOK_AHEAD_BYTES = 1024;

/** Places of earlier reads to go on from, of all sources together: 1.4 MiB each. */
const MAX_IDLE = 6;

/** Where an earlier read has come to, so that the next one can go on there. */
class Cursor {
  readonly stream: InflatedSourceOptions;
  readonly #inflater: Inflater;
  /** Made, but not handed out. */
  #pending = new Uint8Array();
  /** Of the next byte to be handed out. */
  offset: number;

  constructor(stream: InflatedSourceOptions, { bit, offset }: Checkpoint, window: Uint8Array) {
    this.stream = stream;
    this.offset = offset;
    this.#inflater = takeInflater();
    const { compressed, range } = stream;
    const where = `a compressed part of ${compressed.uri}`;
    this.#inflater.start({ where, compressedBytes: range.length, bit, window });
  }

  /** Goes on to `offset`, and from there fills `target`. */
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
    giveBackInflater(this.#inflater);
  }

  /** Makes more bytes, which may take compressed ones; where these will last up to `end`, not more of them. */
  async #inflate(end: number, checkpoints: readonly Checkpoint[]): Promise<void> {
    const stop = this.#inflater.step();
    this.#pending = this.#inflater.output;
    if (this.#pending.length > 0) return;
    const { compressed, range, size } = this.stream;
    const { nextByte, room } = this.#inflater;
    if (stop === 'end') {
      throw new CorruptSourceError(
        `a compressed part of ${compressed.uri} holds ${this.offset} bytes, expected ${size}; copy or save the file again`,
      );
    }
    const enough = checkpoints.find((place) => place.offset >= end && place.bit > nextByte * 8);
    const needed = enough && Math.ceil(enough.bit / 8) + LOOK_AHEAD_BYTES;
    const last = Math.min(needed ?? range.length, range.length, nextByte + room);
    const offset = range.offset + nextByte;
    this.#inflater.put(await compressed.read({ offset, length: last - nextByte }));
  }
}

/** The cursors of all sources that no read has in hand, the one used last at the end. */
const idle: Cursor[] = [];

/** Takes the cursor of a stream that is nearest before `offset`, but not before `least`. */
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
 * A read begins at the nearest checkpoint of the index, or where an earlier read has ended if that is
 * nearer: reads that follow each other inflate no byte twice. It takes one read of the checkpoint's
 * window if it begins there, and as many of compressed bytes as 1 MiB goes into them, up to the first
 * checkpoint behind its end; what is read too much serves the read that goes on there. The first one
 * reads the index's table before, at most 25 kB. Reads may be made at the same time.
 *
 * Holds the table, 1.4 MiB for each read under way, and as much again for up to six earlier reads in
 * all, however far apart checkpoints are.
 *
 * @throws {CorruptSourceError} from a read: the stream or the index is damaged, or not of each other.
 */
export function inflatedSource(stream: InflatedSourceOptions): ByteSource {
  const { compressed, range, size, index } = stream;
  const { uri, etag } = compressed;
  let table: Promise<readonly Checkpoint[]> | undefined;
  const openTable = () => {
    table ??= readCheckpoints(index, { compressedBytes: range.length, bytes: size });
    // What failed is tried again by the next read.
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
