import { crc32 } from 'node:zlib';
import { CorruptSourceError } from '#core/errors.ts';
import { giveBackInflater, type Inflater, takeInflater } from './inflater.ts';
import {
  CHECKPOINT_BYTES,
  type DeflatedSize,
  encodeSeekTable,
  INDEX_HEADER_BYTES,
  MAX_CHECKPOINTS,
  type NewCheckpoint,
  packWindow,
} from './seek-index.ts';

/** A deflated stream, as its container describes it. */
export interface DeflatedStream extends DeflatedSize {
  /** Name of the stream in messages. */
  readonly where: string;
  /** CRC-32 of the inflated bytes. */
  readonly crc32: number;
}

/** A seek index; `seek-index.ts` describes its bytes. */
export interface SeekIndex {
  /** The bytes of the index, in order. */
  readonly pieces: readonly Uint8Array[];
  /** Number of places where a read can begin, without the beginning of the stream. */
  readonly checkpoints: number;
}

/** Most inflated bytes per deflated byte: two bits of deflate can stand for 258 bytes. */
const MAX_RATIO = 1032;

/**
 * Least number of inflated bytes between two checkpoints. On average a read inflates half of them
 * before its first byte: 4 ms where inflating is slowest. A window of 32 KiB that compresses as
 * well as the rest takes 1.6 % of the compressed bytes.
 */
const SPACING_BYTES = 2 * 1024 * 1024;

/** Compressed bytes per byte of the index, at least: the index takes at most 2 %. */
const COMPRESSED_PER_INDEX_BYTE = 50;

function refuse({ where }: DeflatedStream, what: string): never {
  throw new CorruptSourceError(`${where} ${what}; copy or save the file again`);
}

/** Refuses sizes that no stream can have, before any of it is read. */
function assertPossible(stream: DeflatedStream): void {
  const { bytes, compressedBytes } = stream;
  if (bytes <= compressedBytes * MAX_RATIO) return;
  refuse(stream, `claims ${bytes} bytes in ${compressedBytes} compressed, which hold fewer`);
}

/** The state of one pass over a stream. */
class IndexPass {
  readonly #stream: DeflatedStream;
  readonly #inflater: Inflater;
  readonly #spacing: number;
  readonly #checkpoints: NewCheckpoint[] = [];
  #indexBytes = INDEX_HEADER_BYTES;
  #offset = 0;
  #crc32 = 0;
  #next: number;
  #isEnded = false;

  constructor(stream: DeflatedStream, inflater: Inflater) {
    this.#stream = stream;
    this.#inflater = inflater;
    this.#spacing = Math.max(SPACING_BYTES, Math.ceil(stream.bytes / MAX_CHECKPOINTS));
    this.#next = this.#spacing;
    inflater.start({ ...stream, bit: 0, window: new Uint8Array() });
  }

  add(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; ) {
      if (this.#isEnded) this.#refuseRest();
      at += this.#inflater.put(piece.subarray(at));
      this.#inflate();
    }
  }

  end(): SeekIndex {
    const { bytes, crc32: expected, compressedBytes } = this.#stream;
    if (!this.#isEnded) refuse(this.#stream, 'is cut short');
    if (Math.ceil(this.#inflater.bit / 8) < compressedBytes) this.#refuseRest();
    if (this.#offset !== bytes) {
      refuse(this.#stream, `holds ${this.#offset} bytes, its directory claims ${bytes}`);
    }
    if (this.#crc32 !== expected) {
      refuse(this.#stream, `is damaged: its CRC-32 is ${this.#crc32}, expected ${expected}`);
    }
    const windows = this.#checkpoints.map(({ window }) => window);
    const table = encodeSeekTable(this.#stream, this.#checkpoints);
    return { pieces: [table, ...windows], checkpoints: windows.length };
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
      if (this.#offset > this.#stream.bytes) {
        refuse(this.#stream, `holds more than the ${this.#stream.bytes} bytes it claims`);
      }
      if (stop === 'boundary') this.#consider();
      this.#isEnded = stop === 'end';
      if (stop === 'input' || stop === 'end') return;
    }
  }

  /**
   * Makes this place a checkpoint, unless the index would become too large for the bytes read so
   * far.
   */
  #consider(): void {
    const { bit, window } = this.#inflater;
    this.#next = this.#offset + this.#spacing;
    const packed = packWindow(window);
    const indexBytes = this.#indexBytes + CHECKPOINT_BYTES + packed.length;
    if (indexBytes > bit / 8 / COMPRESSED_PER_INDEX_BYTE) return;
    this.#indexBytes = indexBytes;
    this.#checkpoints.push({ bit, offset: this.#offset, window: packed });
  }
}

/**
 * Makes the seek index of a deflated stream in one pass. The pass also checks the stream: its
 * length, its CRC-32, and that no bytes follow its end.
 *
 * The index takes at most 2 % of the compressed bytes, or 36 bytes. Where that leaves room, there
 * is a checkpoint after every 2 MiB of inflated bytes (after every 1/1024 of the stream if that is
 * more), at the next place where a block begins. The index depends only on the stream and zlib's
 * version.
 *
 * Holds the index, at most 33 MiB, and 1.4 MiB. A piece may be reused when the next one is
 * requested.
 *
 * @param pieces the stream, in pieces of any length.
 * @throws {CorruptSourceError} the stream is damaged, or its length or CRC-32 is not that of
 * `stream`.
 * @throws {UnsupportedSourceError} the engine has no WebAssembly.
 * @example
 * const text = Buffer.from('0,0,0\n'.repeat(1e6));
 * const deflated = deflateRawSync(text);
 * const sizes = { compressedBytes: deflated.length, bytes: text.length, crc32: crc32(text) };
 * const index = await buildSeekIndex([deflated], { where: 'memory', ...sizes });
 * console.log(index.checkpoints, Buffer.concat(index.pieces).length);
 */
export async function buildSeekIndex(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  stream: DeflatedStream,
): Promise<SeekIndex> {
  assertPossible(stream);
  const inflater = takeInflater();
  try {
    const pass = new IndexPass(stream, inflater);
    for await (const piece of pieces) pass.add(piece);
    return pass.end();
  } finally {
    giveBackInflater(inflater);
  }
}
