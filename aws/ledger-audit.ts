import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Job, TryMeasures } from '#core/run/ledger-records.ts';
import { translated } from './errors.ts';
import {
  type Item,
  JOB_ATTRIBUTES,
  jobOf,
  measuresOf,
  numberOf,
  partition,
  runKey,
  SHARDS,
  textOf,
  triedOf,
} from './ledger-items.ts';
import { type LedgerPlace, readItem } from './ledger-reads.ts';
import { createGate } from './read-ahead.ts';

/** A chunk of the ledger, and the bytes of its object. */
export interface AuditedChunk extends Job {
  /** Of its object; absent while it is not done. */
  readonly bytes?: number;
  /** Of its uncompressed content. */
  readonly contentBytes?: number;
}

/** A try of a chunk, as far as it is recorded. */
export interface AuditedTry extends Partial<TryMeasures> {
  readonly index: number;
  /** From 1. */
  readonly attempt: number;
  /** ISO 8601. */
  readonly started: string;
  /** ISO 8601; absent of a try that has not ended, or whose writer was killed. */
  readonly finished?: string;
  /** `done`, `skipped`, or the name of its error. */
  readonly outcome?: string;
  /** Of its error. */
  readonly message?: string;
}

/** When a run was started. */
export interface AuditedRun {
  /** ISO 8601. */
  readonly firstStarted: string;
  /** ISO 8601. */
  readonly lastStarted: string;
  /** ARN of the execution that was the last to start it. */
  readonly lastExecution: string;
}

/** What takes the items of a run as they come, in no order. */
export interface AuditVisitor {
  chunk(chunk: AuditedChunk): void;
  try(tried: AuditedTry): void;
}

const PAGES_AT_ONCE = 4;

const ATTRIBUTES: readonly string[] = [
  ...[...JOB_ATTRIBUTES, 'sk', 'bytes', 'contentBytes', 'outcome', 'message'],
  ...['rssMiB', 'isCold', 'readMs', 'encodeMs', 'sendMs', 'requestId'],
];

const NAMES = Object.fromEntries(ATTRIBUTES.map((name) => [`#${name}`, name]));

function chunkOf(item: Item): AuditedChunk {
  return {
    ...jobOf(item),
    ...(item['bytes'] && { bytes: numberOf(item, 'bytes') }),
    ...(item['contentBytes'] && { contentBytes: numberOf(item, 'contentBytes') }),
  };
}

function tryOf(item: Item): AuditedTry {
  const { S: finished } = item['finishedAt'] ?? {};
  return {
    ...triedOf(item),
    started: textOf(item, 'startedAt'),
    ...(finished !== undefined && { finished }),
    ...(item['outcome'] && { outcome: textOf(item, 'outcome') }),
    ...(item['message'] && { message: textOf(item, 'message') }),
    ...measuresOf(item),
  };
}

function visit(item: Item, visitor: AuditVisitor): void {
  if (textOf(item, 'sk').startsWith('try#')) visitor.try(tryOf(item));
  else visitor.chunk(chunkOf(item));
}

/**
 * Reads all that the ledger has of a run: its chunks and their tries, each once, in no order.
 *
 * Memory: four pages of up to 1 MB, and what the visitor keeps.
 *
 * @param name of the run's record, see `ledgerName`.
 */
export async function readAudit(
  { client, table }: LedgerPlace,
  name: string,
  visitor: AuditVisitor,
): Promise<void> {
  const gate = createGate(PAGES_AT_ONCE);
  const readShard = async (shard: number): Promise<void> => {
    for (let start: Item | undefined; ; ) {
      const command = new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partition(name, shard) },
        ProjectionExpression: Object.keys(NAMES).join(),
        ExpressionAttributeNames: NAMES,
        ConsistentRead: true,
        ExclusiveStartKey: start,
      });
      const page = await gate(() => client.send(command)).catch((error: unknown) => {
        throw translated(error, `read the ledger in ${table}`);
      });
      for (const item of page.Items ?? []) visit(item, visitor);
      if (page.LastEvaluatedKey === undefined) return;
      start = page.LastEvaluatedKey;
    }
  };
  await Promise.all(Array.from({ length: SHARDS }, (_, shard) => readShard(shard)));
}

/** Reads when a run was started, and by which execution last; undefined if it is not recorded. */
export async function readStarts(
  place: LedgerPlace,
  name: string,
): Promise<AuditedRun | undefined> {
  const item = await readItem(place, runKey(name));
  if (item['pk'] === undefined) return undefined;
  return {
    firstStarted: textOf(item, 'firstStartedAt'),
    lastStarted: textOf(item, 'lastStartedAt'),
    lastExecution: textOf(item, 'lastExecution'),
  };
}
