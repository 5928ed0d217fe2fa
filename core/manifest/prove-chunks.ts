import type { ChunkTask } from '#core/contract.ts';
import { IncompleteRunError } from '#core/errors.ts';
import { chunkKey } from '#core/run/chunk-name.ts';
import type { ChunkRecord } from '#core/run/ledger-records.ts';
import type { RunHeader } from '#core/run/run.ts';
import type { ManifestEntry } from './manifest.ts';

/** One object below `data/`, as the bucket lists it. */
export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/** The three accounts of a run's chunks, each in chunk order. */
export interface Evidence {
  readonly plan: AsyncIterable<ChunkTask>;
  readonly ledger: AsyncIterable<ChunkRecord>;
  readonly objects: AsyncIterable<ListedObject>;
}

/** More are counted, not told. */
const MAX_PROBLEMS = 5;

/** Walks an ordered sequence beside another one. */
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

  /** @throws {IncompleteRunError} when there was any. */
  assertNone(): void {
    if (this.#count === 0) return;
    const more = this.#count - this.#told.length;
    const rest = more > 0 ? `; and ${more} more` : '';
    throw new IncompleteRunError(`no manifest was written: ${this.#told.join('; ')}${rest}`);
  }
}

function entryOf(run: RunHeader, task: ChunkTask, record: DoneRecord): ManifestEntry {
  const { rows } = run.base;
  const header = run.dialect.header === 'first-chunk' && task.index === 0 ? 1 : 0;
  return {
    url: `s3://${run.output.bucket}/${chunkKey(run, task.index)}`,
    mandatory: true,
    meta: {
      content_length: record.bytes,
      record_count: task.rowEnd - task.rowStart + header,
    },
    index: task.index,
    rowStart: rows + task.rowStart,
    rowEnd: rows + task.rowEnd,
    nnz: record.nnz,
    contentBytes: record.contentBytes,
    crc32: record.crc32,
    etag: record.etag,
  };
}

type DoneRecord = Extract<ChunkRecord, { status: 'done' }>;

/** The ledger's figures of one planned chunk, if ledger and bucket agree on it. */
function agreed(
  task: ChunkTask,
  record: ChunkRecord | undefined,
  object: ListedObject | undefined,
  problems: Problems,
): DoneRecord | undefined {
  const name = `chunk ${task.index}`;
  if (record?.index !== task.index) return void problems.add(`${name} was never started`);
  if (record.status !== 'done') return void problems.add(`${name} is ${record.status}`);
  if (record.rowStart !== task.rowStart || record.rowEnd !== task.rowEnd) {
    return void problems.add(
      `${name} was written for rows ${record.rowStart} to ${record.rowEnd}, planned are ${task.rowStart} to ${task.rowEnd}`,
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

/**
 * Proves that the chunks of a run are all there, once, in order and as recorded, and yields their
 * manifest entries in row order. Reads each account once, side by side; holds one line of each.
 *
 * @param evidence of an appended run only: its objects are those after the last chunk of its base.
 * @throws {IncompleteRunError} after the last line, naming the first problems: a chunk missing,
 * failed or of another size, a foreign object below `data/`, rows not tiled, entries not all written.
 */
export async function* proveChunks(
  run: RunHeader,
  evidence: Evidence,
): AsyncGenerator<ManifestEntry> {
  const problems = new Problems();
  const records = new Cursor(evidence.ledger);
  const objects = new Cursor(evidence.objects);
  await Promise.all([records.advance(), objects.advance()]);
  let row = 0;
  let nnz = 0;
  let next = run.base.chunks;

  for await (const task of evidence.plan) {
    const key = chunkKey(run, task.index);
    while (objects.current !== undefined && objects.current.key < key) {
      problems.add(`${objects.current.key} is not an object of this run`);
      await objects.advance();
    }
    if (task.index !== next || task.rowStart !== row) {
      problems.add(`the plan has a gap before chunk ${task.index}`);
    }
    const object = objects.current?.key === key ? objects.current : undefined;
    const record = agreed(task, records.current, object, problems);
    if (record !== undefined) {
      nnz += record.nnz;
      yield entryOf(run, task, record);
    }
    if (records.current?.index === task.index) await records.advance();
    if (object !== undefined) await objects.advance();
    row = task.rowEnd;
    next += 1;
  }

  for (; objects.current !== undefined; await objects.advance()) {
    problems.add(`${objects.current.key} is not an object of this run`);
  }
  if (records.current !== undefined) problems.add(`chunk ${records.current.index} is not planned`);
  const [rows] = run.matrix.shape;
  if (row !== rows) problems.add(`the plan ends at row ${row} of ${rows}`);
  const chunks = next - run.base.chunks;
  if (chunks !== run.chunks) problems.add(`the plan has ${chunks} of ${run.chunks} chunks`);
  problems.assertNone();
  if (nnz !== run.matrix.nnz) {
    throw new IncompleteRunError(
      `no manifest was written: the chunks hold ${nnz} stored entries, the source ${run.matrix.nnz}`,
    );
  }
}
