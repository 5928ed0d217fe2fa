import { IncompleteRunError } from '#core/errors.ts';
import { keyOfChunk } from '#core/run/chunk-key.ts';
import type { ChunkRecord } from '#core/run/ledger-records.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import { type PlannedChunk, plannedText, rangeText } from '#core/run/planned-chunk.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';
import { compareKeys } from '#core/tables/partition/partition-folder.ts';
import { type DoneRecord, entryOf, rowsOf } from './chunk-entry.ts';
import type { ManifestEntry } from './manifest.ts';
import type { CountedRun } from './manifest-text.ts';
import { follows, missingEnd } from './plan-order.ts';
import { Tally } from './tally.ts';

/** One object below `data/`, as the bucket lists it. */
export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * The three records of a run's chunks, each in chunk order: what was planned, what the ledger says,
 * and which objects there are.
 */
export interface Evidence {
  readonly plan: AsyncIterable<PlannedChunk>;
  readonly ledger: AsyncIterable<ChunkRecord>;
  readonly objects: AsyncIterable<ListedObject>;
}

/** Most problems that a message describes; it gives only the number of the others. */
const MAX_PROBLEMS = 5;

/** Reads an ordered sequence step by step, so that it can be compared with another one. */
class Cursor<T> {
  #iterator: AsyncIterator<T>;
  current: T | undefined;

  constructor(items: AsyncIterable<T>) {
    this.#iterator = items[Symbol.asyncIterator]();
  }

  async advance(): Promise<void> {
    const step = await this.#iterator.next();
    this.current = step.done === true ? undefined : step.value;
  }
}

class Problems {
  readonly #told: string[] = [];
  #count = 0;

  add(problem: string): void {
    this.#count += 1;
    if (this.#told.length < MAX_PROBLEMS) this.#told.push(problem);
  }

  /** @throws {IncompleteRunError} when there was a problem. */
  assertNone(): void {
    if (this.#count === 0) return;
    const more = this.#count - this.#told.length;
    const rest = more > 0 ? `; and ${more} more` : '';
    throw new IncompleteRunError(`no manifest was written: ${this.#told.join('; ')}${rest}`);
  }
}

/** The ledger's figures of one planned chunk, if ledger and bucket agree on it. */
function agreed(
  chunk: PlannedChunk,
  record: ChunkRecord | undefined,
  object: ListedObject | undefined,
  problems: Problems,
): DoneRecord | undefined {
  const name = `chunk ${chunk.index}`;
  if (record?.index !== chunk.index) return void problems.add(`${name} was never started`);
  if (record.status !== 'done') return void problems.add(`${name} is ${record.status}`);
  if (record.planned !== plannedText(chunk)) {
    return void problems.add(
      `${name} was written for ${rangeText(parsePlanLine(record.planned))}, planned are ${rangeText(chunk)}`,
    );
  }
  if (object === undefined) return void problems.add(`the object of ${name} is missing`);
  if (object.size !== record.bytes) {
    return void problems.add(
      `the object of ${name} has ${object.size} bytes, the ledger says ${record.bytes}`,
    );
  }
  return record;
}

/** Walks plan, ledger and bucket side by side, and adds up what they agree on. */
class Proof {
  readonly #run: CountedRun;
  readonly #records: Cursor<ChunkRecord>;
  readonly #objects: Cursor<ListedObject>;
  readonly #problems = new Problems();
  readonly #tally = new Tally();
  #row = 0;
  #before: PlannedChunk | undefined;
  #next: number;

  constructor(run: CountedRun, { ledger, objects }: Evidence) {
    this.#run = run;
    this.#records = new Cursor(ledger);
    this.#objects = new Cursor(objects);
    this.#next = run.base.chunks;
  }

  async begin(): Promise<void> {
    await Promise.all([this.#records.advance(), this.#objects.advance()]);
  }

  /** Proves one planned chunk. @returns its entry, unless something is wrong with it */
  async prove(chunk: PlannedChunk): Promise<ManifestEntry | undefined> {
    const key = keyOfChunk(this.#run, chunk);
    await this.#passForeign(key);
    if (chunk.index !== this.#next || !follows(chunk, this.#before)) {
      this.#problems.add(`the plan has a gap before chunk ${chunk.index}`);
    }
    const { current } = this.#objects;
    const object = current?.key === key ? current : undefined;
    const record = agreed(chunk, this.#records.current, object, this.#problems);
    if (record !== undefined) this.#tally.add(record.counts);
    if (this.#records.current?.index === chunk.index) await this.#records.advance();
    if (object !== undefined) await this.#objects.advance();
    const row = this.#row;
    this.#row += record === undefined ? 0 : rowsOf(chunk, record);
    this.#before = chunk;
    this.#next += 1;
    return record && entryOf(this.#run, chunk, { record, row });
  }

  /** @throws {IncompleteRunError} something was wrong, is missing, or belongs to no chunk. */
  async end(): Promise<void> {
    const problems = this.#problems;
    await this.#passForeign(undefined);
    const { current } = this.#records;
    if (current !== undefined) problems.add(`chunk ${current.index} is not planned`);
    const { facts, rows } = this.#run;
    const left = missingEnd(this.#before, this.#run, this.#row);
    if (left !== undefined) problems.add(left);
    const chunks = this.#next - this.#run.base.chunks;
    if (chunks !== this.#run.chunks) {
      problems.add(`the plan has ${chunks} of ${this.#run.chunks} chunks`);
    }
    problems.assertNone();
    if (this.#row !== rows) problems.add(`the chunks hold ${this.#row} rows of ${rows}`);
    const { counts } = sourceOf(facts);
    const differences = counts && this.#tally.differences(counts, 'the source');
    for (const difference of differences ?? []) problems.add(difference);
    problems.assertNone();
  }

  /**
   * Passes and reports objects that belong to no chunk: those before `key`; without `key` all
   * others.
   */
  async #passForeign(key: string | undefined): Promise<void> {
    const objects = this.#objects;
    for (; objects.current !== undefined; await objects.advance()) {
      if (key !== undefined && compareKeys(objects.current.key, key) >= 0) return;
      this.#problems.add(`${objects.current.key} is not an object of this run`);
    }
  }
}

/**
 * Proves that each chunk of a run is there once, in order and as recorded. Yields the manifest
 * entries in row order. Reads the three records side by side, each once; holds one line of each.
 *
 * @param evidence of this run only. For an append, `objects` are those after the last chunk of its
 * base.
 * @throws {IncompleteRunError} after the last line; names the first problems. A problem is a chunk
 * that is missing, has failed or has another size, a foreign object below `data/`, a gap or overlap
 * of row ranges, or sums that are not those of the source.
 * @example
 * for await (const entry of proveChunks(run, evidence)) {
 *   console.log(entry.url, entry.rowStart, entry.rowEnd);
 * }
 */
export async function* proveChunks(
  run: CountedRun,
  evidence: Evidence,
): AsyncGenerator<ManifestEntry> {
  const proof = new Proof(run, evidence);
  await proof.begin();
  for await (const chunk of evidence.plan) {
    const entry = await proof.prove(chunk);
    if (entry !== undefined) yield entry;
  }
  await proof.end();
}
