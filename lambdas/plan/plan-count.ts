import { assertWritable } from '#core/chunks/assert-writable.ts';
import { ChunkTally } from '#core/chunks/chunk-tally.ts';
import { planChunks } from '#core/chunks/plan-chunks.ts';
import { bytesAt, type PredictedOutput, predictOutput } from '#core/chunks/predict-output.ts';
import { type CountedPlan, summarizePlan } from '#core/chunks/summarize-plan.ts';
import { BoundExceededError } from '#core/errors.ts';
import type { RequestCount } from '#core/objects/counting-store.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { MatrixPlanSummary } from '#core/run/plan-summary.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { type OpenedSource, openSource } from '#core/sources/open-source.ts';
import { storedEntries } from '#core/sparse/matrix-facts.ts';
import { arrayBytesOf } from '#core/sparse/sketched-facts.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { pricesOf } from '#lambdas/shared/plan-prices.ts';
import type { ReadyRun } from './ready-run.ts';

/** A run that is planned, and what its source is read through. */
export interface PlanWork {
  readonly deps: PlanDeps;
  readonly ready: ReadyRun;
  /** Counts in `asked` what it is asked for. */
  readonly store: ObjectStore;
  readonly asked: RequestCount;
}

/** HEAD and GET of the names of the columns by the writer of the first chunk. */
const NAMES_READS = 2;

/**
 * A plan whose bytes are predicted. Its chunks can be cut more than once; after that it says what
 * the run takes.
 */
export class PlanCount {
  readonly #work: PlanWork;
  readonly #source: OpenedSource;
  readonly #predicted: PredictedOutput;
  readonly #askedBefore: number;
  #askedByPass = 0;
  #tally: ChunkTally | undefined;

  private constructor(work: PlanWork, source: OpenedSource, predicted: PredictedOutput) {
    this.#work = work;
    this.#source = source;
    this.#predicted = predicted;
    this.#askedBefore = work.asked.gets;
  }

  /**
   * Opens the source, and encodes some of its rows.
   *
   * @throws {RequestError} the output cannot hold such a matrix.
   */
  static async open(work: PlanWork): Promise<PlanCount> {
    const { ready, store } = work;
    const { request, base, columnNames, facts } = ready;
    const source = openSource(ready.source.uri, ready.layout, store);
    const output = request.output.spec;
    assertWritable(matrixOutputOf(output), facts);
    const predicted = await predictOutput({ source, facts, output, columnNames, base });
    return new PlanCount(work, source, predicted);
  }

  /**
   * Cuts the rows of the run into chunks. When all are yielded, everything that says where rows lie
   * is checked.
   */
  async *chunks(): AsyncGenerator<PlannedChunk> {
    const { ready, asked } = this.#work;
    const { request, base, columnNames } = ready;
    const { spec: output } = request.output;
    const hasNames =
      columnNames !== undefined && matrixOutputOf(output).beginsWithNames(base.chunks);
    const namesReads = hasNames ? NAMES_READS : 0;
    const tally = new ChunkTally(this.#source, output, { predicted: this.#predicted, namesReads });
    const before = asked.gets;
    const options = { output, chunking: request.chunking, chunksBefore: base.chunks };
    yield* planChunks(this.#source, { ...options, watcher: tally });
    this.#askedByPass = asked.gets - before;
    this.#tally = tally;
  }

  /** Cuts all chunks, and keeps none. @returns how many there are */
  async count(): Promise<number> {
    let chunks = 0;
    for await (const _ of this.chunks()) chunks += 1;
    return chunks;
  }

  /** What the run takes, once its chunks were cut. */
  summary(more: Pick<CountedPlan, 'staging'> = {}): MatrixPlanSummary {
    const { ready, deps, asked } = this.#work;
    const { facts, request, units } = ready;
    const { problem } = this.#predicted;
    return summarizePlan({
      ...{ facts, output: request.output.spec, tallied: this.#tally!.tallied },
      sourceBytes: arrayBytesOf(this.#source),
      asked: { gets: this.#askedBefore + this.#askedByPass, lists: asked.lists },
      ...{ parts: units.map(({ uri }) => uri), concurrency: request.concurrency },
      ...{ prices: pricesOf(deps), limits: request, ...more },
      doubts: problem === undefined ? [] : [`sizes are not of a sample: ${problem}`],
    });
  }

  /**
   * Cuts the chunks once more where a limit might be passed: nothing is written yet.
   *
   * @throws {BoundExceededError} with all that the run would take, and what is allowed.
   */
  async assertWithinLimits(): Promise<void> {
    const { facts, request } = this.#work.ready;
    const { outputBytes, maxCostUsd, maxMinutes } = request;
    const held = { chunks: 1, rows: facts.shape[0], entries: storedEntries(facts) };
    const isSmall = bytesAt(this.#predicted.stored, held) <= outputBytes;
    if (isSmall && maxCostUsd === undefined && maxMinutes === undefined) return;
    await this.count();
    const { refusal } = this.summary();
    if (refusal !== undefined) throw new BoundExceededError(refusal);
  }
}
