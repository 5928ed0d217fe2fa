import type { AuditedChunk, AuditedTry, AuditVisitor } from '#aws/ledger-audit.ts';
import { NumberColumns } from './number-columns.ts';

/** How a chunk stands, as the numbers of its column. */
export const CHUNK_STATUS = { running: 0, failed: 1, done: 2 } as const;

/** How a try ended, as the numbers of its column. `unfinished`: it runs, or was killed. */
export const TRY_OUTCOME = { done: 0, skipped: 1, failed: 2, unfinished: 3 } as const;

const CHUNK_COLUMNS = [
  ...(['index', 'status', 'tries', 'started', 'finished'] as const),
  ...(['bytes', 'contentBytes', 'rows'] as const),
] as const;

const TRY_COLUMNS = [
  ...(['index', 'attempt', 'started', 'finished', 'outcome'] as const),
  ...(['rssMiB', 'cold', 'readMs', 'encodeMs', 'sendMs'] as const),
] as const;

/** A failed try that the report names. */
export interface FailedTry {
  readonly index: number;
  readonly attempt: number;
  readonly name: string;
  readonly message: string;
  /** ISO 8601, empty where it is not recorded. */
  readonly finished: string;
  /** Of Lambda, where it is recorded. */
  readonly requestId?: string | undefined;
}

/** Failed tries that are kept with their sentences. */
const MAX_FAILED = 200;

/** Names of errors that are counted one by one. */
const MAX_NAMES = 30;

/** Stands for the names beyond {@link MAX_NAMES}. */
const OTHER_NAMES = 'others';

/** Milliseconds since 1970; NaN of what is no date. */
function millisecondsOf(date: string | undefined): number {
  return date === undefined ? Number.NaN : Date.parse(date);
}

function outcomeOf({ outcome }: AuditedTry): number {
  if (outcome === undefined) return TRY_OUTCOME.unfinished;
  if (outcome === 'done') return TRY_OUTCOME.done;
  return outcome === 'skipped' ? TRY_OUTCOME.skipped : TRY_OUTCOME.failed;
}

/** All that the ledger has of a run, as columns of numbers. */
export class RunAudit implements AuditVisitor {
  /** Times are milliseconds since 1970; status is one of {@link CHUNK_STATUS}. */
  readonly chunks = new NumberColumns(CHUNK_COLUMNS);
  /** Times are milliseconds since 1970; outcome is one of {@link TRY_OUTCOME}, cold is 1 or 0. */
  readonly tries = new NumberColumns(TRY_COLUMNS);
  /** The first failed tries that were read. */
  readonly failed: FailedTry[] = [];
  /** How many tries failed, by the name of the error. */
  readonly failures = new Map<string, number>();

  chunk(chunk: AuditedChunk): void {
    this.chunks.add({
      index: chunk.index,
      status: CHUNK_STATUS[chunk.status],
      tries: chunk.tries,
      started: millisecondsOf(chunk.started),
      finished: millisecondsOf(chunk.finished),
      bytes: chunk.bytes ?? Number.NaN,
      contentBytes: chunk.contentBytes ?? Number.NaN,
      rows: chunk.rows ?? Number.NaN,
    });
  }

  try(tried: AuditedTry): void {
    const outcome = outcomeOf(tried);
    this.tries.add({
      ...{ index: tried.index, attempt: tried.attempt, outcome },
      started: millisecondsOf(tried.started),
      finished: millisecondsOf(tried.finished),
      rssMiB: tried.rssMiB ?? Number.NaN,
      cold: tried.isCold === undefined ? Number.NaN : Number(tried.isCold),
      readMs: tried.readMs ?? Number.NaN,
      encodeMs: tried.encodeMs ?? Number.NaN,
      sendMs: tried.sendMs ?? Number.NaN,
    });
    if (outcome === TRY_OUTCOME.failed) this.#addFailure(tried);
  }

  #addFailure({ outcome = '', message = '', finished = '', ...tried }: AuditedTry): void {
    const isNew = !this.failures.has(outcome);
    const name = isNew && this.failures.size >= MAX_NAMES ? OTHER_NAMES : outcome;
    this.failures.set(name, (this.failures.get(name) ?? 0) + 1);
    if (this.failed.length >= MAX_FAILED) return;
    const { index, attempt, requestId } = tried;
    this.failed.push({ index, attempt, name: outcome, message, finished, requestId });
  }
}
