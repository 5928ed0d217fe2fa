import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { OutputConflictError } from '#core/errors.ts';
import type {
  ChunkRecord,
  EndedTry,
  FinishedChunk,
  StartedRun,
  TryError,
} from '#core/run/ledger-records.ts';
import { type PlannedChunk, plannedText } from '#core/run/planned-chunk.ts';
import {
  chunkKey,
  chunkRecord,
  executionKey,
  type Item,
  number,
  runKey,
  setOfDone,
  setOfMeasures,
  text,
  textOf,
  tryKey,
} from './ledger-items.ts';
import { readChunks } from './ledger-reads.ts';
import { LedgerTable } from './ledger-table.ts';

/** Items live this long after the run was last started; a redrive is possible for 14 days. */
const LIFETIME_SECONDS = 100 * 24 * 60 * 60;

const NOT_DONE = 'attribute_not_exists(#status) OR #status <> :done';
const UNWRITTEN_OR_SAME =
  'attribute_not_exists(crc32) OR (crc32 = :crc32 AND contentBytes = :contentBytes)';
const STILL_THIS_TRY = '#status = :running AND tries = :try';

const RUNNING = { S: 'running' } as const;
const DONE = { S: 'done' } as const;

/**
 * What {@link Ledger.start} returns: the number of the new try, or the record of a chunk that is
 * done already.
 */
export type StartedTry =
  | { readonly kind: 'started'; readonly attempt: number }
  | { readonly kind: 'done'; readonly record: ChunkRecord & { readonly status: 'done' } };

/** Attributes of a run's item that every start sets anew. */
type StartOfRun = Readonly<Record<'lastStartedAt' | 'lastExecution' | 'expiresAt', AttributeValue>>;

/**
 * The DynamoDB record of a run: one item per chunk, one per try, one for the run, and one per
 * execution, which says which run the execution works on.
 *
 * Each write is of a single item; it is conditional where two writers could meet. The ledger never
 * locks a run and never ends one:
 *
 *     (absent) ──start──▶ running ──done──▶ done
 *                 ▲          │
 *                 └─ start ──┴─fail─▶ failed      start on done: no change, the record is returned
 */
export class Ledger {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #name: string;
  readonly #items: LedgerTable;
  readonly #now: () => Date;

  /** @param name of the run's record, see `ledgerName`. */
  constructor(client: DynamoDBClient, table: string, name: string, now: () => Date) {
    this.#client = client;
    this.#table = table;
    this.#name = name;
    this.#items = new LedgerTable(client, table, name);
    this.#now = now;
  }

  /**
   * Records that an execution starts this run, and the text that the run id is the digest of.
   *
   * @throws {OutputConflictError} the record has another text for the id.
   */
  async startRun(identity: string, executionArn: string, run: StartedRun): Promise<void> {
    const started = {
      lastStartedAt: text(this.#timestamp()),
      lastExecution: text(executionArn),
      expiresAt: this.#expiry(),
    };
    const item = {
      ...runKey(this.#name),
      identity: text(identity),
      firstStartedAt: started.lastStartedAt,
      ...started,
    };
    if (!(await this.#items.putAbsent(item))) await this.#startAgain(identity, started);
    await this.#putExecution(executionArn, run);
  }

  /** Adds a try and sets the chunk running, unless it is done. */
  async start(chunk: PlannedChunk): Promise<StartedTry> {
    const key = chunkKey(this.#name, chunk.index);
    const updated = await this.#items.update({
      key,
      set: 'SET #status = :running, chunkIndex = :index, planned = :planned, startedAt = :now, expiresAt = :expiry ADD tries :one',
      when: NOT_DONE,
      values: {
        ':running': RUNNING,
        ':done': DONE,
        ':index': number(chunk.index),
        ':planned': text(plannedText(chunk)),
        ':now': text(this.#timestamp()),
        ':expiry': this.#expiry(),
        ':one': number(1),
      },
    });
    if (updated === undefined) return await this.#alreadyDone(chunk, key);
    const attempt = Number(updated['tries']?.N);
    await this.#items.putAbsent({
      ...tryKey(this.#name, chunk.index, attempt),
      startedAt: text(this.#timestamp()),
      expiresAt: this.#expiry(),
    });
    return { kind: 'started', attempt };
  }

  /**
   * Records a finished chunk, with the figures of the stored object.
   *
   * @throws {OutputConflictError} it is done already, with other bytes.
   */
  async done(chunk: PlannedChunk, ended: EndedTry, figures: FinishedChunk): Promise<void> {
    const { set, values } = setOfDone(figures);
    const updated = await this.#items.update({
      key: chunkKey(this.#name, chunk.index),
      set: `SET #status = :done, finishedAt = :now, ${set}`,
      when: UNWRITTEN_OR_SAME,
      values: { ':done': DONE, ...values, ':now': text(this.#timestamp()) },
    });
    if (updated === undefined) {
      throw new OutputConflictError(
        `chunk ${chunk.index} is recorded with other bytes than this try wrote; nothing was overwritten`,
      );
    }
    const { skipped } = figures;
    const name = skipped === undefined ? 'done' : 'skipped';
    await this.#endTry(chunk.index, ended, { name, message: skipped ?? '' });
  }

  /** Records a failed try; the chunk is set failed only if no later try is under way or done. */
  async fail(chunk: PlannedChunk, ended: EndedTry, error: Error): Promise<void> {
    await this.#endTry(chunk.index, ended, error);
    await this.#items.update({
      key: chunkKey(this.#name, chunk.index),
      set: 'SET #status = :failed, finishedAt = :now',
      when: STILL_THIS_TRY,
      values: {
        ':failed': text('failed'),
        ':running': RUNNING,
        ':try': number(ended.attempt),
        ':now': text(this.#timestamp()),
      },
    });
  }

  /** Reads the chunks' items in chunk order. */
  chunks(): AsyncGenerator<ChunkRecord> {
    return readChunks({ client: this.#client, table: this.#table }, this.#name);
  }

  async #startAgain(identity: string, started: StartOfRun): Promise<void> {
    const key = runKey(this.#name);
    if (textOf(await this.#items.get(key), 'identity') !== identity) {
      throw new OutputConflictError(
        `run ${this.#name} is recorded for another request; nothing was written`,
      );
    }
    await this.#items.update({
      key,
      set: 'SET lastStartedAt = :now, lastExecution = :execution, expiresAt = :expiry',
      when: 'attribute_exists(pk)',
      values: {
        ':now': started.lastStartedAt,
        ':execution': started.lastExecution,
        ':expiry': started.expiresAt,
      },
    });
  }

  /**
   * The last write counts: a second try of Plan may find another version of the source, so another
   * run.
   */
  async #putExecution(executionArn: string, run: StartedRun): Promise<void> {
    const { runId, source, location, generation, claimant, upload } = run;
    const { uri, etag, versionId, size } = source;
    const item = {
      ...executionKey(executionArn),
      runId: text(runId),
      generation: number(generation),
      ...(claimant !== undefined && { claimant: text(claimant) }),
      ...(upload !== undefined && { upload: number(upload.number) }),
      uri: text(uri),
      etag: text(etag),
      ...(versionId !== null && { versionId: text(versionId) }),
      size: number(size),
      bucket: text(location.bucket),
      prefix: text(location.prefix),
      expiresAt: this.#expiry(),
    };
    await this.#items.put(item);
  }

  async #alreadyDone(chunk: PlannedChunk, key: Item): Promise<StartedTry> {
    await this.#items.update({
      key,
      set: 'SET expiresAt = :expiry',
      when: 'attribute_exists(pk)',
      values: { ':expiry': this.#expiry() },
    });
    const record = chunkRecord(await this.#items.get(key));
    if (record.status === 'done') return { kind: 'done', record };
    return await this.start(chunk);
  }

  async #endTry(
    index: number,
    { attempt, measures }: EndedTry,
    { name, message }: TryError,
  ): Promise<void> {
    const measured = measures && setOfMeasures(measures);
    const more = measured === undefined ? '' : `, ${measured.set}`;
    await this.#items.update({
      key: tryKey(this.#name, index, attempt),
      set: `SET finishedAt = :now, outcome = :outcome, message = :message${more}`,
      when: 'attribute_exists(pk)',
      values: {
        ':now': text(this.#timestamp()),
        ':outcome': text(name),
        ':message': text(message),
        ...measured?.values,
      },
    });
  }

  #timestamp(): string {
    return this.#now().toISOString();
  }

  #expiry(): AttributeValue {
    return number(Math.floor(this.#now().getTime() / 1000) + LIFETIME_SECONDS);
  }
}
