import { IncompleteRunError } from '#core/errors.ts';
import { keyOfChunk, partitionColumns } from '#core/run/chunk-key.ts';
import { rejectsKey } from '#core/run/chunk-name.ts';
import type { ChunkRecord } from '#core/run/ledger-records.ts';
import { outputUri } from '#core/run/output-keys.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import {
  type PlannedChunk,
  plannedText,
  type RowChunk,
  rangeText,
} from '#core/run/planned-chunk.ts';
import { isTableRun } from '#core/run/run-header.ts';
import { outputOf } from '#core/run/run-output.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';
import { compareKeys } from '#core/tables/partition/partition-folder.ts';
import type { GatherChunk } from '#core/tables/run/gather-chunk.ts';
import type { TableChunk } from '#core/tables/run/table-chunk.ts';
import type { ManifestEntry } from './manifest.ts';
import type { CountedRun } from './manifest-text.ts';
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

/** Rows of a chunk: planned of a matrix, counted by the writer of a table. */
function rowsOf(chunk: PlannedChunk, { recordCount = 0 }: DoneRecord): number {
  return 'rowStart' in chunk ? chunk.rowEnd - chunk.rowStart : recordCount;
}

function partitionOf({ output }: CountedRun, { partition }: TableChunk | GatherChunk) {
  const names = partitionColumns(output);
  if (names.length === 0 || partition === undefined) return {};
  const values = names.map((name, at) => [name, partition[at] ?? null] as const);
  return { partition: Object.fromEntries(values) };
}

/** Where the rows of a file of a table lie in its source, or in their partition. */
function placeOf(run: CountedRun, chunk: TableChunk | GatherChunk) {
  const { keys: planned } = chunk;
  const keys = planned && { first: planned.first, last: planned.last, keys: planned.keys };
  const place = { ...partitionOf(run, chunk), ...(keys && { keys }) };
  if ('within' in chunk) return { ...place, within: chunk.within };
  const { start, end } = chunk;
  return { range: { start, end }, ...place };
}

/** What the entry of a table has beside those of all kinds. */
function tableFields(run: CountedRun, chunk: PlannedChunk, record: DoneRecord) {
  if ('rowStart' in chunk) return {};
  const { statistics, counts } = record;
  const rejects = outputUri(run.location, rejectsKey(run, chunk.index));
  return {
    ...placeOf(run, chunk),
    ...(statistics !== undefined && { statistics: JSON.parse(statistics) }),
    ...(counts['rejected'] !== 0 && { rejects }),
  };
}

function entryOf(
  run: CountedRun,
  chunk: PlannedChunk,
  { record, row }: { readonly record: DoneRecord; readonly row: number },
): ManifestEntry {
  const rowStart = run.base.rows + row;
  const rows = { index: chunk.index, rowStart, rowEnd: rowStart + rowsOf(chunk, record) };
  return {
    url: `s3://${run.location.bucket}/${keyOfChunk(run, chunk)}`,
    mandatory: true,
    meta: {
      content_length: record.bytes,
      record_count: outputOf(run.output).recordCount(rows, record.recordCount ?? 0),
    },
    ...rows,
    counts: record.counts,
    contentBytes: record.contentBytes,
    crc32: record.crc32,
    etag: record.etag,
    ...tableFields(run, chunk, record),
  };
}

/** Where a chunk of a table ends; before the first one the begin of the source. */
function endOf(chunk: PlannedChunk | undefined): TableChunk['end'] {
  return chunk === undefined || !('end' in chunk) ? { object: 0, at: 0 } : chunk.end;
}

type DoneRecord = Extract<ChunkRecord, { status: 'done' }>;

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

/** Where the chunk before one ends in the same partition; 0 where it is of another one. */
function endWithin({ partition }: GatherChunk, before: PlannedChunk | undefined): number {
  if (before === undefined || !('within' in before)) return 0;
  const isSame = before.partition.every((value, at) => value === partition[at]);
  return isSame ? before.within.end : 0;
}

/** Whether a chunk begins where the one before it ends, the first one with the source. */
function follows(chunk: PlannedChunk, before: PlannedChunk | undefined): boolean {
  if ('rowStart' in chunk) return chunk.rowStart === (isRows(before) ? before.rowEnd : 0);
  if ('within' in chunk) return chunk.within.start === endWithin(chunk, before);
  const { object, at, row } = endOf(before);
  const { start } = chunk;
  return start.object === object && start.at === at && start.row === row;
}

function isRows(chunk: PlannedChunk | undefined): chunk is RowChunk {
  return chunk !== undefined && 'rowStart' in chunk;
}

/** Whether a chunk is one of whole keys, of whose rows a transform may make fewer. */
function isWhole(chunk: PlannedChunk | undefined): chunk is GatherChunk {
  return chunk !== undefined && 'within' in chunk && chunk.keys !== undefined;
}

/** What is wrong with the end of the plan; undefined if it is that of the source. */
function missingEnd(
  last: PlannedChunk | undefined,
  run: CountedRun,
  rows: number,
): string | undefined {
  if (!isTableRun(run)) {
    const row = isRows(last) ? last.rowEnd : 0;
    return row === run.rows ? undefined : `the plan ends at row ${row} of ${run.rows}`;
  }
  if (run.scattered !== undefined) {
    const { rows: all } = run.scattered;
    const held = isWhole(last) ? last.within.end : rows;
    return held === all ? undefined : `the chunks hold ${held} of ${all} scattered rows`;
  }
  const { object, at, row } = endOf(last);
  if (object === run.facts.objects && at === 0 && row === undefined) return undefined;
  return `the plan ends in object ${object} of ${run.facts.objects}`;
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
