import { BLOCK_BYTES, type Block, giveBack, lendBlocks } from './blocks.ts';
import { BodyDigest, type BodyDigests } from './body-digest.ts';
import type { ChecksumAlgorithm } from './checksums.ts';
import type { DataWriter } from './data-writer.ts';
import { ThreadDigest } from './digest-thread.ts';

/** A body longer than one block: it is written and digested block by block, in other threads. */
class LongBody {
  readonly #writer: DataWriter;
  readonly #thread: ThreadDigest;
  readonly #blocks = lendBlocks();
  /** What becomes of each block in turn; a block is filled once it is free. */
  readonly #passing: Promise<unknown>[] = this.#blocks.map(() => Promise.resolve());
  #turn = 0;
  #filled = 0;

  constructor(writer: DataWriter, algorithms: readonly ChecksumAlgorithm[]) {
    this.#writer = writer;
    this.#thread = new ThreadDigest(algorithms);
  }

  /** Copies `chunk`; waits while all blocks are under way. */
  async add(chunk: Uint8Array): Promise<void> {
    for (let taken = 0; taken < chunk.length; ) {
      if (this.#filled === 0) await this.#passing[this.#turn];
      const some = chunk.subarray(taken, taken + BLOCK_BYTES - this.#filled);
      this.#blocks[this.#turn]!.set(some, this.#filled);
      this.#filled += some.length;
      taken += some.length;
      if (this.#filled === BLOCK_BYTES) this.#pass();
    }
  }

  async end(): Promise<BodyDigests> {
    if (this.#filled > 0) this.#pass();
    await Promise.all(this.#passing);
    return await this.#thread.finish();
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#passing);
    this.#thread.close();
    giveBack(this.#blocks);
  }

  #pass(): void {
    const block: Block = this.#blocks[this.#turn]!;
    const written = this.#writer.writeBlock(block, this.#filled);
    const digested = this.#thread.update(block.subarray(0, this.#filled));
    const passing = settled(written, digested);
    passing.catch(() => {}); // raised by the next chunk or the end
    this.#passing[this.#turn] = passing;
    this.#turn = (this.#turn + 1) % this.#blocks.length;
    this.#filled = 0;
  }
}

/** Waits for both, also when one fails: until then they use the block. */
async function settled(...both: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(both);
  await Promise.all(both);
}

/**
 * Writes a body to its file and computes its digests, in other threads if it is longer than one
 * block.
 *
 * Memory: the chunks of the first block, and three blocks: 2 MiB in all.
 */
export class BodyPipe {
  readonly #writer: DataWriter;
  readonly #algorithms: readonly ChecksumAlgorithm[];
  #long: LongBody | undefined;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;

  constructor(writer: DataWriter, algorithms: readonly ChecksumAlgorithm[]) {
    this.#writer = writer;
    this.#algorithms = algorithms;
  }

  /** Takes over `chunk`; waits while all blocks are under way. */
  async add(chunk: Uint8Array): Promise<void> {
    if (this.#long !== undefined) return await this.#long.add(chunk);
    this.#gathered.push(chunk);
    this.#gatheredBytes += chunk.length;
    if (this.#gatheredBytes <= BLOCK_BYTES) return;
    this.#long = new LongBody(this.#writer, this.#algorithms);
    for (const each of this.#gathered.splice(0)) await this.#long.add(each);
  }

  /** Waits until all is written and digested. */
  async end(): Promise<BodyDigests> {
    if (this.#long !== undefined) return await this.#long.end();
    const digest = new BodyDigest(this.#algorithms);
    const body = Buffer.concat(this.#gathered);
    digest.update(body);
    await this.#writer.write(body);
    return digest.finish();
  }

  /** Waits until nothing is under way, also after a failure. Must be called at the end. */
  async close(): Promise<void> {
    await this.#long?.close();
  }
}
