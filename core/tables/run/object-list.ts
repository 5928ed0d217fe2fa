import type { ByteRange } from '#core/bytes/byte-source.ts';
import { BoundExceededError } from '#core/errors.ts';
import { digest128 } from '#core/objects/digest.ts';
import { type SourcePin, sourcePin } from '#core/objects/source-pin.ts';

/** A line is some 150 bytes; with the longest keys of S3 it is 1.2 kB. */
const MAX_TEXT_BYTES = 400 * 1024 * 1024;

const BLOCK_BYTES = 1024 * 1024;

/** Lines that one step of the digest takes in. */
const DIGEST_LINES = 1000;

const FIRST_ROOM = 1024;

/**
 * The pins of the objects of a table in their order, as JSON lines: `_plan/objects.jsonl`.
 *
 * Holds the text, some 150 bytes per object and at most 400 MiB, and 16 bytes more per object.
 */
export class ObjectList {
  /** Objects. */
  count = 0;
  /** Bytes of all objects. */
  totalBytes = 0;
  /** Bytes of the text. */
  textBytes = 0;
  /** Whether any object has a version, so that what is overwritten can still be read. */
  hasVersions = false;
  readonly #blocks: Buffer[] = [];
  #sizes = new Float64Array(FIRST_ROOM);
  #ends = new Float64Array(FIRST_ROOM);
  readonly #maxTextBytes: number;

  constructor(maxTextBytes = MAX_TEXT_BYTES) {
    this.#maxTextBytes = maxTextBytes;
  }

  /** @throws {BoundExceededError} the text would be longer than 400 MiB. */
  add({ uri, etag, versionId, size }: SourcePin): void {
    const line = Buffer.from(`${JSON.stringify({ uri, etag, versionId, size })}\n`);
    if (this.textBytes + line.length > this.#maxTextBytes) {
      throw new BoundExceededError(
        `the names of the first ${this.count} objects of the table have more than ${this.#maxTextBytes} bytes, the most that is read at once; give parts of it as sources of their own`,
      );
    }
    this.#write(line);
    if (this.count === this.#sizes.length) this.#grow();
    this.#sizes[this.count] = size;
    this.#ends[this.count] = this.textBytes;
    this.count += 1;
    this.totalBytes += size;
    this.hasVersions ||= versionId !== null;
  }

  #write(line: Buffer): void {
    for (let done = 0; done < line.length; ) {
      const at = this.textBytes % BLOCK_BYTES;
      if (at === 0) this.#blocks.push(Buffer.alloc(BLOCK_BYTES));
      const written = line.copy(this.#blocks.at(-1)!, at, done);
      done += written;
      this.textBytes += written;
    }
  }

  #grow(): void {
    const [sizes, ends] = [this.#sizes, this.#ends];
    this.#sizes = new Float64Array(2 * this.count);
    this.#ends = new Float64Array(2 * this.count);
    this.#sizes.set(sizes);
    this.#ends.set(ends);
  }

  /** Bytes of an object, counted from 0. */
  sizeOf(object: number): number {
    return this.#sizes[object]!;
  }

  /** Where the lines of objects `start <= i < end` lie in the text. */
  rangeOf(start: number, end: number): ByteRange {
    const offset = start === 0 ? 0 : this.#ends[start - 1]!;
    return { offset, length: (end === 0 ? 0 : this.#ends[end - 1]!) - offset };
  }

  /** The text, in pieces of at most 1 MiB. */
  *pieces(): Generator<Uint8Array> {
    for (let at = 0; at < this.textBytes; at += BLOCK_BYTES) {
      yield this.#blocks[at / BLOCK_BYTES]!.subarray(0, this.textBytes - at);
    }
  }

  /** Bytes of the text. */
  textOf({ offset, length }: ByteRange): Uint8Array {
    const text = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const [block, at] = [
        Math.floor((offset + done) / BLOCK_BYTES),
        (offset + done) % BLOCK_BYTES,
      ];
      done += this.#blocks[block]!.copy(text, done, at, Math.min(BLOCK_BYTES, at + length - done));
    }
    return text;
  }

  /** The pins of objects `start <= i < end`. */
  pins(start: number, end: number): readonly SourcePin[] {
    return parsePins(this.textOf(this.rangeOf(start, end)));
  }

  /** First 128 bits of a chain of SHA-256 over all lines, a thousand at a time. */
  async digest(): Promise<string> {
    const decoder = new TextDecoder();
    let digest = '';
    for (let start = 0; start < this.count; start += DIGEST_LINES) {
      const end = Math.min(this.count, start + DIGEST_LINES);
      digest = await digest128(digest + decoder.decode(this.textOf(this.rangeOf(start, end))));
    }
    return digest;
  }
}

/** Reads the lines of an {@link ObjectList}, whole ones. */
export function parsePins(text: Uint8Array): readonly SourcePin[] {
  const lines = new TextDecoder().decode(text).split('\n').slice(0, -1);
  return lines.map(parsePin);
}

/** Reads one of these lines. */
export function parsePin(line: string): SourcePin {
  return sourcePin.parse(JSON.parse(line));
}
