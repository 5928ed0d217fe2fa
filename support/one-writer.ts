import { SILENT } from '#cli/frame/progress.ts';
import { fileObjectStore } from '#cli/sources/file-object-store.ts';
import { uploadUnit } from '#cli/sources/upload-source.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { LocalStack } from './local-stack.ts';

/** More rows than any chunk of a benchmark has: the whole matrix is one chunk. */
const ALL_ROWS = 1_000_000;

/** What one writer did with one chunk. */
export interface WriterFigures {
  readonly rows: number;
  /** Bytes of the text. */
  readonly textBytes: number;
  /** Bytes of the object. */
  readonly storedBytes: number;
  /** From the start of the execution to its end: Plan, one writer, Finalize. */
  readonly jobSeconds: number;
  /** Of the writer alone, as the ledger has it: fetch, encode and PUT. */
  readonly writerSeconds: number;
  /** URI of the chunk. */
  readonly chunk: string;
}

/**
 * This checkout's stack on this machine, with one matrix in its bucket, whose one chunk is written
 * again and again.
 */
export class OneWriter {
  readonly stack: LocalStack;
  readonly #source: string;
  #runs = 0;

  private constructor(stack: LocalStack, source: string) {
    this.stack = stack;
    this.#source = source;
  }

  /** Deploys the stack and uploads the matrix that lies at `path`. */
  static async start(path: string): Promise<OneWriter> {
    const stack = await LocalStack.start();
    const files = fileObjectStore();
    try {
      const unit = { uri: path, objects: [await files.pin(path)] };
      const bucket = stack.output('SourceBucketName');
      const place = { client: stack.s3, bucket, folder: 'local-run', progress: SILENT };
      return new OneWriter(stack, await uploadUnit(place, unit, files));
    } catch (error) {
      await stack.close();
      throw error;
    } finally {
      await files.close();
    }
  }

  /**
   * Writes the chunk to a prefix of its own. The first call starts a process, as a cold start of
   * Lambda does.
   */
  async write(compression: Compression): Promise<WriterFigures> {
    this.#runs += 1;
    const prefix = `run-${this.#runs}/`;
    const startedAt = performance.now();
    const ended = await this.stack.runToSuccess({
      source: this.#source,
      output: { compression, uri: `s3://${this.stack.outputBucket}/${prefix}` },
      chunking: { rows: ALL_ROWS },
    });
    const jobSeconds = (performance.now() - startedAt) / 1000;
    const { totals, runId } = ended.output;
    return {
      rows: totals.rows,
      textBytes: totals.contentBytes,
      storedBytes: totals.bytes,
      jobSeconds,
      writerSeconds: await this.#writerSeconds(runId),
      chunk: await this.#onlyChunk(prefix),
    };
  }

  /** Highest resident memory of a writer's process, bytes. */
  peakRssBytes(): number {
    const writers = this.stack.cloud
      .processes()
      .filter(({ functionName }) => /write/i.test(functionName));
    return Math.max(...writers.map(({ peakRssBytes }) => peakRssBytes));
  }

  async close(): Promise<void> {
    await this.stack.close();
  }

  async #writerSeconds(runId: string): Promise<number> {
    const items = [...(await this.stack.ledger(runId))];
    const [, chunk] = items.find(([key]) => key.startsWith('chunk#')) ?? [];
    const [from, to] = [chunk?.['startedAt']?.S, chunk?.['finishedAt']?.S];
    if (from === undefined || to === undefined) throw new Error('the ledger has no finished chunk');
    return (Date.parse(to) - Date.parse(from)) / 1000;
  }

  async #onlyChunk(prefix: string): Promise<string> {
    const [key, ...others] = await this.stack.keys(`${prefix}data/`);
    if (key === undefined || others.length > 0) throw new Error(`${prefix} has not one chunk`);
    return `s3://${this.stack.outputBucket}/${key}`;
  }
}
