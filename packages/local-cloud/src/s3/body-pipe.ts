import { BodyDigest, type BodyDigests } from './body-digest.ts';
import type { ChecksumAlgorithm } from './checksums.ts';
import type { DataWriter } from './data-files.ts';
import { ThreadDigest } from './digest-thread.ts';

/**
 * Bytes that are written and digested at once: large, so that system calls and messages are few.
 */
const BLOCK_BYTES = 512 * 1024;

/** One is filled while those before it are written and digested. */
const BLOCKS = 3;

type Block = Uint8Array<SharedArrayBuffer>;

/**
 * Writes a body to its file and computes its digests, in another thread if it is longer than one
 * block.
 *
 * Memory: at most three blocks, and the chunks that are gathered for the next one: 2 MiB in all.
 */
export class BodyPipe {
  readonly #writer: DataWriter;
  readonly #algorithms: readonly ChecksumAlgorithm[];
  readonly #passing: Promise<Block>[] = [];
  #thread: ThreadDigest | undefined;
  #blocks = 0;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;

  constructor(writer: DataWriter, algorithms: readonly ChecksumAlgorithm[]) {
    this.#writer = writer;
    this.#algorithms = algorithms;
  }

  /** Takes over `chunk`; waits while all blocks are under way. */
  async add(chunk: Uint8Array): Promise<void> {
    if (this.#gatheredBytes + chunk.length > BLOCK_BYTES) await this.#pass();
    this.#gathered.push(chunk);
    this.#gatheredBytes += chunk.length;
  }

  /** Waits until all is written and digested. */
  async end(): Promise<BodyDigests> {
    if (this.#thread === undefined) return await this.#endShort();
    await this.#pass();
    await Promise.all(this.#passing);
    return await this.#thread.finish();
  }

  /** Waits until nothing is under way, also after a failure. Must be called at the end. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#passing);
    this.#thread?.close();
  }

  async #endShort(): Promise<BodyDigests> {
    const digest = new BodyDigest(this.#algorithms);
    const body = Buffer.concat(this.#gathered);
    digest.update(body);
    await this.#writer.write(body);
    return digest.finish();
  }

  async #pass(): Promise<void> {
    const block = await this.#freeBlock();
    let filled = 0;
    for (const chunk of this.#gathered.splice(0)) {
      block.set(chunk, filled);
      filled += chunk.length;
    }
    this.#gatheredBytes = 0;
    this.#thread ??= new ThreadDigest(this.#algorithms);
    const bytes = block.subarray(0, filled);
    const both = Promise.all([this.#writer.write(bytes), this.#thread.update(bytes)]);
    const passing = both.then(() => block);
    passing.catch(() => {}); // raised by the next chunk or the end
    this.#passing.push(passing);
  }

  /** A block that holds what is gathered: one chunk may be longer than usual. */
  async #freeBlock(): Promise<Block> {
    const block = this.#blocks < BLOCKS ? undefined : await this.#passing.shift();
    if (block !== undefined && block.length >= this.#gatheredBytes) return block;
    this.#blocks += 1;
    return new Uint8Array(new SharedArrayBuffer(Math.max(BLOCK_BYTES, this.#gatheredBytes)));
  }
}
