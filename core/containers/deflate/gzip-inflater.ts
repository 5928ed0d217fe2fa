import { crc32 } from 'node:zlib';
import { CorruptSourceError } from '#core/errors.ts';
import { beginsMember, headerBytes, TRAILER_BYTES } from './gzip-frame.ts';
import { type Inflater, type InflateStart, type InflateStop, takeInflater } from './inflater.ts';

/** What has been inflated of a gzip member, which its trailer is compared with. */
export interface MemberSums {
  /** CRC-32 of its inflated bytes. */
  readonly crc32: number;
  /** Number of its inflated bytes. */
  readonly bytes: number;
}

/** A place in a gzip file, and the sums of its member up to there if they are known. */
export interface GzipStart extends InflateStart {
  readonly sums?: MemberSums | undefined;
}

/** Most bytes of a header, with room for a long name. */
const MAX_HEADER_BYTES = 128 * 1024;

const NO_SUMS: MemberSums = { crc32: 0, bytes: 0 };

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/**
 * Inflates gzip files of any number of members, as {@link Inflater} does raw deflate: a place
 * between two blocks is a bit of the file, and the window before it does not go beyond its member.
 * So the first block of a member needs no window.
 *
 * Checks the CRC-32 and the length of each member that it sees from its beginning, or whose sums it
 * was started with.
 *
 * Holds what an {@link Inflater} holds, and up to 1 MiB between two members.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1952
 */
export class GzipInflater {
  readonly #inflater: Inflater;
  #where = '';
  #fileBytes = 0;
  #sums: MemberSums | undefined;
  /** What comes next in the file. */
  #part: 'header' | 'blocks' | 'trailer' = 'header';
  /** Bytes that were put and lie before or between the blocks of members. */
  #frame: Uint8Array = new Uint8Array();
  /** Offset of the frame in the file. */
  #at = 0;
  #isFresh = true;

  /** @throws {UnsupportedSourceError} the engine has no WebAssembly. */
  constructor() {
    this.#inflater = takeInflater();
  }

  /** Begins at the start of a file, bit 0, or between two blocks of a member. */
  start(start: GzipStart): void {
    this.#where = start.where;
    this.#fileBytes = start.compressedBytes;
    this.#frame = new Uint8Array();
    this.#at = 0;
    this.#part = start.bit === 0 ? 'header' : 'blocks';
    this.#sums = start.bit === 0 ? NO_SUMS : start.sums;
    this.#inflater.start(start);
    this.#isFresh = true;
  }

  /** Keeps its memory for the next inflater. */
  close(): void {
    this.#inflater.close();
  }

  /** Sums of the member under way; undefined if its beginning was not seen. */
  get sums(): MemberSums | undefined {
    return this.#sums;
  }

  get nextByte(): number {
    if (this.#part === 'blocks') return this.#inflater.nextByte;
    return this.#at + this.#frame.length;
  }

  get bit(): number {
    return this.#part === 'blocks' ? this.#inflater.bit : this.#at * 8;
  }

  get output(): Uint8Array<ArrayBuffer> {
    return this.#isFresh ? new Uint8Array() : this.#inflater.output;
  }

  get window(): Uint8Array<ArrayBuffer> {
    return this.#inflater.window;
  }

  get room(): number {
    if (this.#part === 'blocks') return this.#inflater.room;
    return Math.max(0, MAX_HEADER_BYTES - this.#frame.length);
  }

  put(bytes: Uint8Array): number {
    if (this.#part === 'blocks') return this.#inflater.put(bytes);
    const count = Math.min(bytes.length, this.room);
    this.#frame = join(this.#frame, bytes.subarray(0, count));
    return count;
  }

  /**
   * Inflates as {@link Inflater.step} does. The end is that of the last member.
   *
   * @throws {CorruptSourceError} the file is damaged or cut short, or other bytes follow a member.
   */
  step(wanted?: number): InflateStop {
    this.#isFresh = true;
    if (this.#part === 'trailer' && !this.#passTrailer()) return this.#wait();
    if (this.#part === 'header') {
      if (this.nextByte === this.#at && this.#at === this.#fileBytes) return 'end';
      if (!this.#passHeader()) return this.#wait();
    }
    this.#isFresh = false;
    const stop = this.#inflater.step(wanted);
    this.#add(this.#inflater.output);
    if (stop !== 'end') return stop;
    this.#at = Math.ceil(this.#inflater.bit / 8);
    this.#frame = this.#inflater.takeRest();
    this.#part = 'trailer';
    // The consumer takes the output, then the next step passes the trailer.
    return 'output';
  }

  #add(output: Uint8Array): void {
    if (this.#sums === undefined) return;
    const { crc32: before, bytes } = this.#sums;
    this.#sums = { crc32: crc32(output, before), bytes: bytes + output.length };
  }

  /** More input is needed, if there is any. */
  #wait(): InflateStop {
    if (this.nextByte >= this.#fileBytes) this.#refuse('it is cut short');
    if (this.room === 0) this.#refuse(`it has a header of more than ${MAX_HEADER_BYTES} bytes`);
    return 'input';
  }

  #refuse(what: string): never {
    throw new CorruptSourceError(
      `${this.#where} is no whole gzip file: ${what}; copy or compress it again`,
    );
  }

  /** @returns false if more bytes are needed. */
  #passTrailer(): boolean {
    if (this.#frame.length < TRAILER_BYTES) return false;
    const { buffer, byteOffset } = this.#frame;
    const trailer = new DataView(buffer, byteOffset, TRAILER_BYTES);
    const [crc, length] = [trailer.getUint32(0, true), trailer.getUint32(4, true)];
    const sums = this.#sums ?? { crc32: crc, bytes: length };
    if (sums.crc32 !== crc) this.#refuse(`its CRC-32 is ${sums.crc32}, expected ${crc}`);
    if (sums.bytes % 2 ** 32 !== length) {
      this.#refuse(`a member holds ${sums.bytes} bytes, its end says ${length}`);
    }
    this.#drop(TRAILER_BYTES);
    this.#part = 'header';
    this.#sums = NO_SUMS;
    return true;
  }

  /** @returns false if more bytes are needed. */
  #passHeader(): boolean {
    if (!beginsMember(this.#frame)) {
      throw new CorruptSourceError(
        `${this.#where} has ${this.#fileBytes - this.#at} bytes behind its last gzip member; copy or compress it again`,
      );
    }
    const length = headerBytes(this.#frame);
    if (length === undefined) return false;
    this.#drop(length);
    this.#part = 'blocks';
    this.#inflater.start({
      where: this.#where,
      compressedBytes: this.#fileBytes,
      bit: this.#at * 8,
      window: new Uint8Array(),
    });
    this.#inflater.put(this.#frame);
    this.#frame = new Uint8Array();
    return true;
  }

  #drop(bytes: number): void {
    this.#at += bytes;
    this.#frame = this.#frame.subarray(bytes);
  }
}

/**
 * Makes an inflater of gzip files or, without a container, of raw deflate streams.
 *
 * @throws {UnsupportedSourceError} the engine has no WebAssembly.
 */
export function openInflater(container: 'gzip' | undefined): Inflater | GzipInflater {
  return container === undefined ? takeInflater() : new GzipInflater();
}
