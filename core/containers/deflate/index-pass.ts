import { crc32 } from 'node:zlib';
import { GzipInflater, type MemberSums, openInflater } from './gzip-inflater.ts';
import {
  assertLength,
  assertPossible,
  type DeflatedStream,
  type IndexedStream,
  isGzip,
  refuse,
} from './indexed-stream.ts';
import {
  CHECKPOINT_BYTES,
  encodeSeekTable,
  INDEX_HEADER_BYTES,
  MAX_CHECKPOINTS,
  type NewCheckpoint,
  packWindow,
} from './seek-index.ts';

/** A seek index; `seek-index.ts` describes its bytes. */
export interface SeekIndex {
  /** The bytes of the index, in order. */
  readonly pieces: readonly Uint8Array[];
  /** Number of places where a read can begin, without the beginning of the stream. */
  readonly checkpoints: number;
}

/** How far a pass has come: all that it needs to go on from a place between two blocks. */
export interface PassState {
  /** Number of bits of the stream before the place. */
  readonly bit: number;
  /** Number of inflated bytes before it. */
  readonly offset: number;
  /** CRC-32 of these bytes. */
  readonly crc32: number;
  /** Sums of the member of a gzip file; of no meaning in other streams. */
  readonly sums: MemberSums;
  /** The last 32 KiB before the place, or all bytes if they are fewer. */
  readonly window: Uint8Array;
  /** Least number of inflated bytes between two checkpoints. */
  readonly spacing: number;
  readonly checkpoints: readonly NewCheckpoint[];
}

/**
 * Least number of inflated bytes between two checkpoints. On average a read inflates half of them
 * before its first byte: 4 ms where inflating is slowest. A window of 32 KiB that compresses as
 * well as the rest takes 1.6 % of the compressed bytes.
 */
const SPACING_BYTES = 2 * 1024 * 1024;

/** Compressed bytes per byte of the index, at least: the index takes at most 2 %. */
const COMPRESSED_PER_INDEX_BYTE = 50;

/** Bytes put at once: what follows a gzip member in them is copied, and members may be small. */
const PUT_BYTES = 128 * 1024;

const NO_SUMS: MemberSums = { crc32: 0, bytes: 0 };

function beginningOf(stream: IndexedStream): PassState {
  const bytes = isGzip(stream) ? 0 : stream.bytes;
  return {
    bit: 0,
    offset: 0,
    crc32: 0,
    sums: NO_SUMS,
    window: new Uint8Array(),
    spacing: Math.max(SPACING_BYTES, Math.ceil(bytes / MAX_CHECKPOINTS)),
    checkpoints: [],
  };
}

/** Bytes of an index with these checkpoints. */
function indexBytesOf(checkpoints: readonly NewCheckpoint[]): number {
  const bytes = checkpoints.map(({ window }) => CHECKPOINT_BYTES + window.length);
  return bytes.reduce((sum, one) => sum + one, INDEX_HEADER_BYTES);
}

/**
 * One pass over a stream that makes its seek index. It can be stopped at any time; another pass can
 * go on from its {@link state} and ends with the same index.
 *
 * Holds the index, at most 33 MiB, and 1.4 MiB. If it goes on from a state that was read, holds the
 * windows of that too until all of them are replaced.
 */
export class IndexPass {
  readonly #stream: IndexedStream;
  readonly #inflater: ReturnType<typeof openInflater>;
  #checkpoints: NewCheckpoint[];
  #spacing: number;
  #indexBytes: number;
  #offset: number;
  #crc32: number;
  #next: number;
  #state: PassState;
  #isEnded = false;

  /**
   * @param from the state of an earlier pass over the same stream.
   * @throws {CorruptSourceError} no stream has these lengths.
   * @throws {UnsupportedSourceError} the engine has no WebAssembly.
   */
  constructor(stream: IndexedStream, from?: PassState) {
    assertPossible(stream);
    const { bit, window, sums, ...begin } = from ?? beginningOf(stream);
    this.#stream = stream;
    this.#state = { bit, window, sums, ...begin };
    this.#checkpoints = [...begin.checkpoints];
    this.#indexBytes = indexBytesOf(begin.checkpoints);
    this.#spacing = begin.spacing;
    this.#offset = begin.offset;
    this.#crc32 = begin.crc32;
    this.#next = begin.offset + begin.spacing;
    this.#inflater = openInflater(isGzip(stream) ? stream.container : undefined);
    const { where, compressedBytes } = stream;
    this.#inflater.start({ where, compressedBytes, bit, window, sums });
  }

  /** The last place that was considered for a checkpoint; where the pass began before the first. */
  get state(): PassState {
    return this.#state;
  }

  /** Offset in the stream of the next byte for {@link add}. */
  get nextByte(): number {
    return this.#inflater.nextByte;
  }

  /** Gives back the memory of the inflater. */
  close(): void {
    this.#inflater.close();
  }

  /** @throws {CorruptSourceError} the stream is damaged, or longer than it claims. */
  add(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; ) {
      if (this.#isEnded) this.#refuseRest();
      at += this.#inflater.put(piece.subarray(at, at + PUT_BYTES));
      this.#inflate();
    }
  }

  /** @throws {CorruptSourceError} the stream is not whole, or not what its container says. */
  end(): SeekIndex {
    const { compressedBytes } = this.#stream;
    if (!this.#isEnded) refuse(this.#stream, 'is cut short');
    if (Math.ceil(this.#inflater.bit / 8) < compressedBytes) this.#refuseRest();
    if (!isGzip(this.#stream)) this.#compare(this.#stream);
    const windows = this.#checkpoints.map(({ window }) => window);
    const found = { compressedBytes, bytes: this.#offset, crc32: this.#crc32 };
    const table = encodeSeekTable(found, this.#checkpoints);
    return { pieces: [table, ...windows], checkpoints: windows.length };
  }

  #compare({ bytes, crc32: expected }: DeflatedStream): void {
    if (this.#offset !== bytes) {
      refuse(this.#stream, `holds ${this.#offset} bytes, its directory claims ${bytes}`);
    }
    if (this.#crc32 !== expected) {
      refuse(this.#stream, `is damaged: its CRC-32 is ${this.#crc32}, expected ${expected}`);
    }
  }

  #refuseRest(): never {
    const end = Math.ceil(this.#inflater.bit / 8);
    refuse(this.#stream, `ends at byte ${end} of ${this.#stream.compressedBytes} compressed`);
  }

  /** Inflates the bytes that were put. */
  #inflate(): void {
    for (;;) {
      const stop = this.#inflater.step(this.#next - this.#offset);
      const { output } = this.#inflater;
      this.#offset += output.length;
      this.#crc32 = crc32(output, this.#crc32);
      assertLength(this.#stream, this.#offset);
      if (stop === 'boundary') this.#consider();
      this.#isEnded = stop === 'end';
      if (stop === 'input' || stop === 'end') return;
    }
  }

  /**
   * Makes this place a checkpoint, unless the index would become too large for the bytes read so
   * far. The pass can go on from here in both cases.
   */
  #consider(): void {
    const { bit, window } = this.#inflater;
    const packed = packWindow(window);
    const indexBytes = this.#indexBytes + CHECKPOINT_BYTES + packed.length;
    if (indexBytes <= bit / 8 / COMPRESSED_PER_INDEX_BYTE) {
      this.#indexBytes = indexBytes;
      this.#checkpoints.push({ bit, offset: this.#offset, window: packed });
      if (this.#checkpoints.length > MAX_CHECKPOINTS) this.#thinOut();
    }
    this.#next = this.#offset + this.#spacing;
    this.#rest(bit, window);
  }

  /** Drops every other checkpoint of a stream whose length was not known before. */
  #thinOut(): void {
    this.#checkpoints = this.#checkpoints.filter((_, i) => i % 2 === 1);
    this.#indexBytes = indexBytesOf(this.#checkpoints);
    this.#spacing *= 2;
  }

  /** Remembers this place; 32 KiB are copied after 2 MiB or more. */
  #rest(bit: number, window: Uint8Array): void {
    const sums = this.#inflater instanceof GzipInflater ? this.#inflater.sums : undefined;
    this.#state = {
      bit,
      offset: this.#offset,
      crc32: this.#crc32,
      sums: sums ?? NO_SUMS,
      window: window.slice(),
      spacing: this.#spacing,
      checkpoints: [...this.#checkpoints],
    };
  }
}
