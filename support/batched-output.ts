import { gunzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { openObject } from '#aws/objects.ts';
import { headObject } from '#aws/stored-object.ts';
import { verifyRun } from '#cli/commands/verify.ts';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import type { Compression } from '#core/outputs/compression.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import { generationKey, manifestKey } from '#core/run/output-keys.ts';
import type { LocalServices } from './local-services.ts';
import { type PlainCsr, writeNpz } from './npz/write-npz.ts';
import { randomMatrix } from './random-matrix.ts';
import { runSteps } from './run-steps.ts';
import { createRandom } from './seeded-random.ts';

const COLUMNS = 7;
const ROWS = [5, 4, 6];
const CHUNK_ROWS = 3;

/** Three matrices of the same columns, small enough that a run takes a moment: two chunks each. */
export const BATCHES: readonly PlainCsr[] = ROWS.map((rows, index) =>
  randomMatrix(createRandom(index + 1), 'float64', { rows, columns: COLUMNS, entries: 4 }),
);

export const BATCH_COUNT = BATCHES.length;

/** Stacks matrices of the same columns. */
export function stacked(parts: readonly PlainCsr[]): PlainCsr {
  const indptr = [0];
  for (const part of parts) {
    const before = indptr.at(-1)!;
    indptr.push(...part.indptr.slice(1).map((end) => before + end));
  }
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return {
    shape: [rows, COLUMNS],
    dtype: 'float64',
    indptr,
    indices: parts.flatMap(({ indices }) => indices),
    data: parts.flatMap(({ data }) => data),
  };
}

/** The rows of an output. */
interface Content {
  readonly text: string;
  /** What its manifest says of it. */
  readonly crc32: string;
}

/** How the batches of an output are written. */
export interface BatchKind {
  readonly compression: Compression;
  /** The first batch begins the output in both. */
  readonly mode: Exclude<OutputMode, 'create'>;
}

const PLAIN_APPEND: BatchKind = { compression: 'none', mode: 'append' };

/** An output that gets one batch after the other, in the local services. */
export class BatchedOutput {
  readonly #services: LocalServices;
  readonly #prefix: string;
  readonly #kind: BatchKind;

  /** @param name of its folder; no other test has it. */
  constructor(services: LocalServices, name: string, kind: BatchKind = PLAIN_APPEND) {
    this.#services = services;
    this.#prefix = `${name}/`;
    this.#kind = kind;
  }

  /** The request that adds a batch, counted from 0. */
  async request(batch: number): Promise<object> {
    return await this.#request(`batch-${batch}`, BATCHES[batch]!, this.#kind.mode);
  }

  /**
   * Checks all that readers see. Every manifest must list whole chunks, must be linked to the one
   * before it, and must hold the rows of all batches before it, or of its own alone.
   *
   * @returns the batches that were added, in their order.
   */
  async check(): Promise<readonly number[]> {
    const { bucket, s3 } = this.#services;
    const latest = await headObject(s3, bucket, manifestKey(this.#prefix));
    if (latest === undefined) return [];
    const manifest = parseManifest(await this.#text(manifestKey(this.#prefix)));
    await this.#verify(manifestKey(this.#prefix));
    const batches: number[] = [];
    for (let generation = 1; generation <= manifest.generation; generation += 1) {
      const key = generationKey(this.#prefix, generation);
      await this.#verify(key);
      const { source, generations } = parseManifest(await this.#text(key));
      const live = this.#kind.mode === 'append' ? generation : 1;
      if (generations.length !== live) throw new Error(`${key} has ${generations.length} runs`);
      batches.push(Number(/batch-(\d+)$/.exec(source.uri)?.[1]));
    }
    return batches;
  }

  /** Reads all chunks in the manifest's order. */
  async content(): Promise<Content> {
    const { entries, totals } = parseManifest(await this.#text(manifestKey(this.#prefix)));
    const texts: Buffer[] = [];
    for (const { url } of entries) {
      const chunk = await this.#bytes(parseS3Uri(url).key);
      texts.push(this.#kind.compression === 'gzip' ? gunzipSync(chunk) : chunk);
    }
    return { text: Buffer.concat(texts).toString(), crc32: totals.crc32 };
  }

  /** What one run over all batches that are still there, stacked in that order, writes. */
  async expected(order: readonly number[]): Promise<Content> {
    const live = this.#kind.mode === 'append' ? order : order.slice(-1);
    const name = `whole-${live.join('-')}-${this.#kind.compression}`;
    const whole = new BatchedOutput(this.#services, name, this.#kind);
    const source = stacked(live.map((batch) => BATCHES[batch]!));
    const request = await whole.#request(name, source, 'create');
    await runSteps(this.#services, this.#services, request);
    return await whole.content();
  }

  async #request(name: string, matrix: PlainCsr, mode: OutputMode): Promise<object> {
    const { bucket, s3 } = this.#services;
    const Key = `sources/${name}`;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: writeNpz(matrix) }));
    const uri = `s3://${bucket}/${this.#prefix}`;
    return {
      source: `s3://${bucket}/${Key}`,
      output: { uri, mode, compression: this.#kind.compression, text: { header: 'first-chunk' } },
      chunking: { rows: CHUNK_ROWS },
    };
  }

  async #verify(key: string): Promise<void> {
    const { bucket, s3 } = this.#services;
    const { signal } = new AbortController();
    const run = await openRunInS3(s3, `s3://${bucket}/${key}`, signal);
    await verifyRun(run, { sample: 0, seed: 0 }, signal);
  }

  async #bytes(key: string): Promise<Buffer> {
    const { bucket, s3 } = this.#services;
    const object = await openObject(s3, { bucket, key });
    if (object === undefined) throw new Error(`${key} is missing`);
    return Buffer.concat(await Array.fromAsync(object.body));
  }

  async #text(key: string): Promise<string> {
    return (await this.#bytes(key)).toString();
  }
}
