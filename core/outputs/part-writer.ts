/**
 * Yields a part when it is full and more bytes follow. The caller gives the next empty buffer by
 * `next`.
 */
export type Parts = Generator<Uint8Array, void, Uint8Array>;

/**
 * Cuts a stream of bytes into parts of its buffers' sizes. A caller that knows that bytes fit may
 * write them into `part` at `at` directly. The generators go on in the next part where one is full.
 */
export class PartWriter {
  /** The buffer that is being filled. */
  part: Uint8Array;
  /** Bytes of `part` that are written. */
  at = 0;

  constructor(buffer: Uint8Array) {
    this.part = buffer;
  }

  /** Writes `bytes` of any length. */
  write(bytes: Uint8Array): Parts {
    return this.repeat(bytes, bytes.length);
  }

  /** Writes the bytes of `run` again and again, `length` bytes in all. */
  *repeat(run: Uint8Array, length: number): Parts {
    let from = 0;
    for (let left = length; left > 0; ) {
      if (this.at === this.part.length) {
        this.part = yield this.part;
        this.at = 0;
      }
      const count = Math.min(left, run.length - from, this.part.length - this.at);
      this.part.set(run.subarray(from, from + count), this.at);
      this.at += count;
      left -= count;
      from = (from + count) % run.length;
    }
  }

  /** What was written since the last part. It is empty only if nothing was ever written. */
  last(): Uint8Array {
    return this.part.subarray(0, this.at);
  }
}
