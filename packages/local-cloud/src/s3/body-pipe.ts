import { BLOCK_BYTES, type Block, giveBack, lendBlocks } from './blocks.ts';
import { BodyDigest, type BodyDigests } from './body-digest.ts';
import type { BodySink } from './body-source.ts';
import type { ChecksumAlgorithm } from './checksums.ts';
import type { DataWriter } from './data-writer.ts';
import { ThreadDigest } from './digest-thread.ts';

/** A body longer than one block: it is written and digested block by block, in other threads. */
class LongBody {
  readonly #writer: DataWriter;
  readonly #thread: ThreadDigest;
  readonly #blocks = lendBlocks();
  /** By block: its way while it is written and digested. */
  readonly #passing: (Promise<void> | undefined)[] = this.#blocks.map(() => undefined);
  /** What came while all blocks were under way. */
  #waiting: Buffer[] = [];
  #turn = 0;
  #filled = 0;

  constructor(writer: DataWriter, algorithms: readonly ChecksumAlgorithm[]) {
    this.#writer = writer;
    this.#thread = new ThreadDigest(algorithms);
  }

  add(chunk: Uint8Array): void {
    if (this.#waiting.length > 0) this.#waiting.push(Buffer.from(chunk));
    else this.#fill(chunk);
  }

  busy(): Promise<void> | undefined {
    return this.#waiting.length === 0 ? undefined : this.#fillWithWaiting();
  }

  /** Copies `chunk`. What finds no free block waits. */
  #fill(chunk: Uint8Array): void {
    for (let rest = chunk; rest.length > 0; ) {
      if (this.#passing[this.#turn] !== undefined) {
        this.#waiting.push(Buffer.from(rest));
        return;
      }
      const some = rest.subarray(0, BLOCK_BYTES - this.#filled);
      this.#blocks[this.#turn]!.set(some, this.#filled);
      this.#filled += some.length;
      rest = rest.subarray(some.length);
      if (this.#filled === BLOCK_BYTES) this.#pass();
    }
  }

  async #fillWithWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#passing[this.#turn];
      for (const chunk of this.#waiting.splice(0)) this.add(chunk);
    }
  }

  async end(): Promise<BodyDigests> {
    await this.#fillWithWaiting();
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
    const turn = this.#turn;
    const passing = settled(written, digested).then(() => {
      this.#passing[turn] = undefined;
    });
    passing.catch(() => {}); // raised by who waits for the block, or by the end
    this.#passing[turn] = passing;
    this.#turn = (turn + 1) % this.#blocks.length;
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
 * Memory: a copy of the first chunks, and three blocks: 2 MiB in all.
 */
export class BodyPipe implements BodySink {
  readonly #writer: DataWriter;
  readonly #algorithms: readonly ChecksumAlgorithm[];
  #long: LongBody | undefined;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;

  constructor(writer: DataWriter, algorithms: readonly ChecksumAlgorithm[]) {
    this.#writer = writer;
    this.#algorithms = algorithms;
  }

  add(chunk: Uint8Array): void {
    if (this.#long !== undefined) {
      this.#long.add(chunk);
      return;
    }
    this.#gathered.push(Buffer.from(chunk));
    this.#gatheredBytes += chunk.length;
    if (this.#gatheredBytes <= BLOCK_BYTES) return;
    this.#long = new LongBody(this.#writer, this.#algorithms);
    for (const each of this.#gathered.splice(0)) this.#long.add(each);
  }

  /** Ends when not all blocks are under way any more; undefined if they are not. */
  busy(): Promise<void> | undefined {
    return this.#long?.busy();
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
