import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SILENT } from '#cli/frame/progress.ts';
import { fileObjectStore } from '#cli/sources/file-object-store.ts';
import { uploadUnit } from '#cli/sources/upload-source.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { CallCounter, type Calls } from '#support/call-counter.ts';
import { countMatrix } from '#support/count-matrix.ts';
import { LocalStack } from '#support/local-stack.ts';
import { saveNpz } from '#support/npz/save-npz.ts';

/** Columns of the matrix: a row is 100 kB of text. */
const COLUMNS = 50_000;

const ENTRIES_PER_ROW = 60;

/** Bytes of a row in the source: columns of four bytes, counts of eight, one offset. */
const ROW_BYTES = ENTRIES_PER_ROW * 12 + 4;

/** Ticks in which Linux counts the CPU time of a process, per second. */
const TICKS_PER_SECOND = 100;

/** What one run at default settings took. */
export interface CountedRun extends Calls {
  readonly chunks: number;
  readonly textBytes: number;
  readonly storedBytes: number;
  readonly sourceBytes: number;
  /** CPU time of all writers, and of the other functions. */
  readonly writerCpuSeconds: number;
  readonly otherCpuSeconds: number;
  readonly logBytes: number;
}

/** CPU seconds of a process, user and system. */
async function cpuSecondsOf(pid: number): Promise<number> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function cpuOf({ cloud }: LocalStack): Promise<{ writers: number; others: number }> {
  const sums = { writers: 0, others: 0 };
  for (const { functionName, pid } of cloud.processes()) {
    if (pid === undefined) continue;
    sums[/write/i.test(functionName) ? 'writers' : 'others'] += await cpuSecondsOf(pid);
  }
  return sums;
}

/** Each figure of `after` less that of `before`. */
function difference<T extends Record<keyof T, number>>(after: T, before: T): T {
  const names = Object.keys(after) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as T;
}

async function bytesIn(directory: string): Promise<number> {
  const files = await readdir(directory);
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(directory, file))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** This checkout's stack with a counter of all its requests. */
export class CountedStack {
  readonly #stack: LocalStack;
  readonly #counter: CallCounter;

  private constructor(stack: LocalStack, counter: CallCounter) {
    this.#stack = stack;
    this.#counter = counter;
  }

  static async start(): Promise<CountedStack> {
    const counter = new CallCounter();
    return new CountedStack(await LocalStack.start(undefined, counter), counter);
  }

  /** Exports counts of so many rows at default settings, one chunk after the other. */
  async run(rows: number, compression: Compression): Promise<CountedRun> {
    const source = await this.#upload(rows);
    const before = await this.#figures();
    const ended = await this.#stack.runToSuccess({
      source,
      output: { compression, uri: `s3://${this.#stack.outputBucket}/${compression}-${rows}/` },
      limits: { concurrency: 1 },
    });
    const after = await this.#figures();
    const { chunks, contentBytes, bytes } = ended.output.totals;
    const taken = { chunks, textBytes: contentBytes, storedBytes: bytes };
    return { ...difference(after, before), ...taken, sourceBytes: rows * ROW_BYTES };
  }

  async close(): Promise<void> {
    await this.#stack.close();
  }

  async #figures() {
    const { writers, others } = await cpuOf(this.#stack);
    const logBytes = await bytesIn(this.#stack.cloud.logDirectory);
    const cpu = { writerCpuSeconds: writers, otherCpuSeconds: others };
    return { ...this.#counter.calls, ...cpu, logBytes };
  }

  /** Uploads it under a key that starts no run. */
  async #upload(rows: number): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-cost-'));
    const files = fileObjectStore();
    try {
      const path = join(directory, `counts-${rows}.npz`);
      const shape = { rows, columns: COLUMNS, entriesPerRow: ENTRIES_PER_ROW };
      await saveNpz(path, countMatrix({ ...shape, seed: 1 }));
      const unit = { uri: path, objects: [await files.pin(path)] };
      const bucket = this.#stack.output('SourceBucketName');
      const place = { client: this.#stack.s3, bucket, folder: 'local-run', progress: SILENT };
      return await uploadUnit(place, unit, files);
    } finally {
      await files.close();
      await rm(directory, { recursive: true, force: true });
    }
  }
}
