import { listObjects, openObject } from '#aws/objects.ts';
import { headObject } from '#aws/stored-object.ts';
import { verifyRun } from '#cli/commands/verify.ts';
import { openRunInS3, type StoredRun } from '#cli/outputs/stored-run.ts';
import { SHUFFLE_FOLDER } from '#core/contract.ts';
import type { Manifest } from '#core/manifest/manifest.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import { generationKey, manifestKey } from '#core/run/output-keys.ts';
import type { BatchForm, BatchRequest, Content } from './batch-form.ts';
import type { LocalServices } from './local-services.ts';
import { matrixBatches } from './matrix-batches.ts';
import { runSteps } from './run-steps.ts';

export const BATCH_COUNT = 3;

/** How the batches of an output are written. */
export interface BatchKind {
  readonly form: BatchForm;
  /** The first batch begins the output in both. */
  readonly mode: Exclude<OutputMode, 'create'>;
}

const PLAIN_APPEND: BatchKind = { form: matrixBatches('none'), mode: 'append' };

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
    const { form, mode } = this.#kind;
    return this.#placed(await form.request(this.#services, batch), mode);
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
    const manifest = await this.#verified(manifestKey(this.#prefix));
    const batches: number[] = [];
    for (let generation = 1; generation <= manifest.generation; generation += 1) {
      const key = generationKey(this.#prefix, generation);
      const { source, generations } = await this.#verified(key);
      batches.push(Number(/batch-(\d+)$/.exec(source.uri)?.[1]));
      const { form } = this.#kind;
      const live = form.runs?.(batches) ?? this.#live(batches).length;
      if (generations.length !== live) throw new Error(`${key} has ${generations.length} runs`);
    }
    return batches;
  }

  /**
   * What is left of scattered rows.
   *
   * @returns their keys by the generations of their runs.
   */
  async scattered(): Promise<ReadonlyMap<number, readonly string[]>> {
    const { bucket, s3 } = this.#services;
    const { manifest } = await this.#open(manifestKey(this.#prefix));
    const all = await Array.fromAsync(listObjects(s3, bucket, SHUFFLE_FOLDER), ({ key }) => key);
    const runs = [...manifest.generations, ...(manifest.replaced ?? [])];
    const left = runs.map(({ generation, runId }) => {
      return [generation, all.filter((key) => key.includes(runId))] as const;
    });
    return new Map(left.filter(([, keys]) => keys.length > 0));
  }

  /** Reads all chunks in the manifest's order. */
  async content(): Promise<Content> {
    const { manifest } = await this.#open(manifestKey(this.#prefix));
    return await this.#kind.form.content(manifest, (uri) => this.#bytes(parseS3Uri(uri).key));
  }

  /** What the output must hold after these batches. */
  async expected(order: readonly number[]): Promise<Content> {
    return await this.#kind.form.expected(
      this.#services,
      this.#live(order),
      async (name, request) => {
        const whole = new BatchedOutput(this.#services, name, this.#kind);
        await runSteps(this.#services, this.#services, whole.#placed(request, 'create'));
        return await whole.content();
      },
    );
  }

  #live(order: readonly number[]): readonly number[] {
    return this.#kind.mode === 'overwrite' ? order.slice(-1) : order;
  }

  #placed(request: BatchRequest, mode: OutputMode): object {
    const uri = `s3://${this.#services.bucket}/${this.#prefix}`;
    return { ...request, output: { ...request.output, uri, mode } };
  }

  async #open(key: string): Promise<StoredRun> {
    const { bucket, s3 } = this.#services;
    return await openRunInS3(s3, `s3://${bucket}/${key}`, new AbortController().signal);
  }

  async #verified(key: string): Promise<Manifest> {
    const run = await this.#open(key);
    await verifyRun(run, { sample: 0, seed: 0 }, new AbortController().signal);
    return run.manifest;
  }

  async #bytes(key: string): Promise<Buffer> {
    const { bucket, s3 } = this.#services;
    const object = await openObject(s3, { bucket, key });
    if (object === undefined) throw new Error(`${key} is missing`);
    return Buffer.concat(await Array.fromAsync(object.body));
  }
}
