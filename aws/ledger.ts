import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { chunkId } from '#core/chunking/chunk-name.ts';
import type { ChunkTask } from '#core/contract.ts';
import { OutputConflictError } from '#core/errors.ts';
import type { ChunkFigures, ChunkRecord } from '#core/ledger.ts';
import { isNamed, translated } from './errors.ts';
import { chunkRecord, type Item, textOf } from './ledger-items.ts';

/** Partitions of one run: DynamoDB takes 1,000 writes a second in each. */
const SHARDS = 16;

/** Items live this long after the run was last started; a redrive is possible for 14 days. */
const LIFETIME_SECONDS = 100 * 24 * 60 * 60;

const TRY_DIGITS = 3;

const NOT_DONE = 'attribute_not_exists(#status) OR #status <> :done';
const UNWRITTEN_OR_SAME =
  'attribute_not_exists(crc32) OR (crc32 = :crc32 AND contentBytes = :contentBytes)';
const STILL_THIS_TRY = '#status = :running AND tries = :try';
const ABSENT = 'attribute_not_exists(pk)';

const STATUS = { '#status': 'status' } as const;
const RUNNING = { S: 'running' } as const;
const DONE = { S: 'done' } as const;

/** What {@link Ledger.start} found: a try of its own, or a chunk that is finished already. */
export type StartedTry =
  | { readonly kind: 'started'; readonly attempt: number }
  | { readonly kind: 'done'; readonly record: ChunkRecord & { readonly status: 'done' } };

interface Update {
  readonly key: Item;
  readonly set: string;
  readonly when: string;
  readonly values: Item;
}

function text(value: string): AttributeValue {
  return { S: value };
}

function number(value: number): AttributeValue {
  return { N: String(value) };
}

/**
 * The DynamoDB record of a run: one item a chunk, one item a try, one item for the run.
 *
 * Every write is a condition on a single item. The ledger never locks and never ends a run:
 *
 *     (absent) ──start──▶ running ──done──▶ done
 *                 ▲          │
 *                 └─ start ──┴─fail─▶ failed      start on done: no change, the record is returned
 */
export class Ledger {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #runId: string;
  readonly #now: () => Date;

  constructor(client: DynamoDBClient, table: string, runId: string, now: () => Date) {
    this.#client = client;
    this.#table = table;
    this.#runId = runId;
    this.#now = now;
  }

  /**
   * Records that a run was started, with the full text that its id stands for.
   *
   * @throws {OutputConflictError} the id is recorded with another text.
   */
  async startRun(identity: string, execution: string): Promise<void> {
    const key = this.#runKey();
    const item = {
      ...key,
      identity: text(identity),
      firstStartedAt: text(this.#timestamp()),
      lastStartedAt: text(this.#timestamp()),
      lastExecution: text(execution),
      expiresAt: this.#expiry(),
    };
    if (await this.#putAbsent(item)) return;
    const stored = await this.#get(key);
    if (textOf(stored, 'identity') !== identity) {
      throw new OutputConflictError(
        `run id ${this.#runId} is recorded for another request; nothing was written`,
      );
    }
    await this.#update({
      key,
      set: 'SET lastStartedAt = :now, lastExecution = :execution, expiresAt = :expiry',
      when: 'attribute_exists(pk)',
      values: {
        ':now': text(this.#timestamp()),
        ':execution': text(execution),
        ':expiry': this.#expiry(),
      },
    });
  }

  /** Adds a try and sets the chunk running, unless it is done. */
  async start(task: ChunkTask): Promise<StartedTry> {
    const key = this.#chunkKey(task.index);
    const updated = await this.#update({
      key,
      set: 'SET #status = :running, chunkIndex = :index, rowStart = :rowStart, rowEnd = :rowEnd, startedAt = :now, expiresAt = :expiry ADD tries :one',
      when: NOT_DONE,
      values: {
        ':running': RUNNING,
        ':done': DONE,
        ':index': number(task.index),
        ':rowStart': number(task.rowStart),
        ':rowEnd': number(task.rowEnd),
        ':now': text(this.#timestamp()),
        ':expiry': this.#expiry(),
        ':one': number(1),
      },
    });
    if (updated === undefined) return await this.#alreadyDone(task, key);
    const attempt = Number(updated['tries']?.N);
    await this.#putAbsent({
      ...this.#tryKey(task.index, attempt),
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
  async done(task: ChunkTask, attempt: number, figures: ChunkFigures): Promise<void> {
    const updated = await this.#update({
      key: this.#chunkKey(task.index),
      set: 'SET #status = :done, bytes = :bytes, contentBytes = :contentBytes, crc32 = :crc32, etag = :etag, nnz = :nnz, finishedAt = :now',
      when: UNWRITTEN_OR_SAME,
      values: {
        ':done': DONE,
        ':bytes': number(figures.bytes),
        ':contentBytes': number(figures.contentBytes),
        ':crc32': text(figures.crc32),
        ':etag': text(figures.etag),
        ':nnz': number(figures.nnz),
        ':now': text(this.#timestamp()),
      },
    });
    if (updated === undefined) {
      throw new OutputConflictError(
        `chunk ${task.index} is recorded with other bytes than this try wrote; nothing was overwritten`,
      );
    }
    await this.#endTry(task.index, attempt, 'done', '');
  }

  /** Records a failed try; the chunk is set failed only if no later try is under way or done. */
  async fail(task: ChunkTask, attempt: number, error: Error): Promise<void> {
    await this.#endTry(task.index, attempt, error.name, error.message);
    await this.#update({
      key: this.#chunkKey(task.index),
      set: 'SET #status = :failed, finishedAt = :now',
      when: STILL_THIS_TRY,
      values: {
        ':failed': text('failed'),
        ':running': RUNNING,
        ':try': number(attempt),
        ':now': text(this.#timestamp()),
      },
    });
  }

  /** Reads the chunks' items in chunk order: the shards are queried side by side, each in its order. */
  async *chunks(): AsyncGenerator<ChunkRecord> {
    const shards = Array.from({ length: SHARDS }, (_, shard) => this.#shard(shard));
    const heads = await Promise.all(shards.map((shard) => shard.next()));
    for (let index = 0; heads.some((head) => head.done !== true); index += 1) {
      const shard = index % SHARDS;
      const head = heads[shard]!;
      if (head.done === true || head.value.index !== index) continue;
      yield head.value;
      heads[shard] = await shards[shard]!.next();
    }
  }

  async *#shard(shard: number): AsyncGenerator<ChunkRecord> {
    const query = {
      TableName: this.#table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :chunk)',
      ExpressionAttributeValues: { ':pk': this.#partition(shard), ':chunk': text('chunk#') },
      ConsistentRead: true,
    };
    try {
      for await (const page of paginateQuery({ client: this.#client }, query)) {
        for (const item of page.Items ?? []) yield chunkRecord(item);
      }
    } catch (error) {
      throw translated(error, `read the ledger of run ${this.#runId}`);
    }
  }

  async #alreadyDone(task: ChunkTask, key: Item): Promise<StartedTry> {
    await this.#update({
      key,
      set: 'SET expiresAt = :expiry',
      when: 'attribute_exists(pk)',
      values: { ':expiry': this.#expiry() },
    });
    const record = chunkRecord(await this.#get(key));
    if (record.status === 'done') return { kind: 'done', record };
    return await this.start(task);
  }

  async #endTry(index: number, attempt: number, outcome: string, message: string): Promise<void> {
    await this.#update({
      key: this.#tryKey(index, attempt),
      set: 'SET finishedAt = :now, outcome = :outcome, message = :message',
      when: 'attribute_exists(pk)',
      values: {
        ':now': text(this.#timestamp()),
        ':outcome': text(outcome),
        ':message': text(message),
      },
    });
  }

  /** @returns the new item, or undefined when the condition does not hold. */
  async #update({ key, set, when, values }: Update): Promise<Item | undefined> {
    const input: UpdateItemCommandInput = {
      TableName: this.#table,
      Key: key,
      UpdateExpression: set,
      ConditionExpression: when,
      ExpressionAttributeValues: values,
      ReturnValues: 'ALL_NEW',
    };
    if (`${set} ${when}`.includes('#status')) input.ExpressionAttributeNames = STATUS;
    try {
      return (await this.#client.send(new UpdateItemCommand(input))).Attributes ?? {};
    } catch (error) {
      if (isNamed(error, 'ConditionalCheckFailedException')) return undefined;
      throw translated(error, `write the ledger of run ${this.#runId}`);
    }
  }

  async #putAbsent(item: Item): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: item,
      ConditionExpression: ABSENT,
    });
    try {
      await this.#client.send(command);
      return true;
    } catch (error) {
      if (isNamed(error, 'ConditionalCheckFailedException')) return false;
      throw translated(error, `write the ledger of run ${this.#runId}`);
    }
  }

  async #get(key: Item): Promise<Item> {
    const command = new GetItemCommand({ TableName: this.#table, Key: key, ConsistentRead: true });
    try {
      return (await this.#client.send(command)).Item ?? {};
    } catch (error) {
      throw translated(error, `read the ledger of run ${this.#runId}`);
    }
  }

  #partition(shard: number): AttributeValue {
    return text(`run#${this.#runId}#${shard}`);
  }

  #runKey(): Item {
    return { pk: text(`run#${this.#runId}`), sk: text('run') };
  }

  #chunkKey(index: number): Item {
    return { pk: this.#partition(index % SHARDS), sk: text(`chunk#${chunkId(index)}`) };
  }

  #tryKey(index: number, attempt: number): Item {
    const sk = `try#${chunkId(index)}#${String(attempt).padStart(TRY_DIGITS, '0')}`;
    return { pk: this.#partition(index % SHARDS), sk: text(sk) };
  }

  #timestamp(): string {
    return this.#now().toISOString();
  }

  #expiry(): AttributeValue {
    return number(Math.floor(this.#now().getTime() / 1000) + LIFETIME_SECONDS);
  }
}
