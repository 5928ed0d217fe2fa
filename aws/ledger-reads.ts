import {
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type {
  ChunkRecord,
  StartedRun,
  TryError,
  UnfinishedChunk,
} from '#core/run/ledger-records.ts';
import { translated } from './errors.ts';
import {
  chunkRecord,
  executionKey,
  type Item,
  numberOf,
  partition,
  SHARDS,
  text,
  textOf,
  tryKey,
} from './ledger-items.ts';

/** The table that holds the ledgers of all runs. */
export interface LedgerPlace {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** The conditions of a query, named as DynamoDB names them. */
type Filter = Pick<QueryCommandInput, 'FilterExpression' | 'ExpressionAttributeNames'> & {
  readonly values?: Item;
};

const NOT_DONE: Filter = {
  FilterExpression: '#status <> :done',
  ExpressionAttributeNames: { '#status': 'status' },
  values: { ':done': text('done') },
};

/** Reads one item as it is now; empty when there is none. */
export async function readItem({ client, table }: LedgerPlace, key: Item): Promise<Item> {
  const command = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true });
  try {
    return (await client.send(command)).Item ?? {};
  } catch (error) {
    throw translated(error, `read the ledger in ${table}`);
  }
}

async function* readShard(
  { client, table }: LedgerPlace,
  pk: Item[string],
  { values, ...filter }: Filter,
): AsyncGenerator<ChunkRecord> {
  const query = {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :chunk)',
    ExpressionAttributeValues: { ...values, ':pk': pk, ':chunk': text('chunk#') },
    ConsistentRead: true,
    ...filter,
  };
  try {
    for await (const page of paginateQuery({ client }, query)) {
      for (const item of page.Items ?? []) yield chunkRecord(item);
    }
  } catch (error) {
    throw translated(error, `read the ledger in ${table}`);
  }
}

/** Queries all shards at once, each in its order, and merges their items into chunk order. */
async function* readShards(
  place: LedgerPlace,
  runId: string,
  filter: Filter,
): AsyncGenerator<ChunkRecord> {
  const shards = Array.from({ length: SHARDS }, (_, shard) =>
    readShard(place, partition(runId, shard), filter),
  );
  const heads = await Promise.all(shards.map((shard) => shard.next()));
  for (let index = 0; heads.some((head) => head.done !== true); index += 1) {
    const shard = index % SHARDS;
    const head = heads[shard]!;
    if (head.done === true || head.value.index !== index) continue;
    yield head.value;
    heads[shard] = await shards[shard]!.next();
  }
}

/** Reads the items of a run's chunks in chunk order. */
export function readChunks(place: LedgerPlace, runId: string): AsyncGenerator<ChunkRecord> {
  return readShards(place, runId, {});
}

/** Reads the items of the chunks that were started and are not done, in chunk order. */
export async function* readUnfinishedChunks(
  place: LedgerPlace,
  runId: string,
): AsyncGenerator<UnfinishedChunk> {
  for await (const chunk of readShards(place, runId, NOT_DONE)) {
    if (chunk.status !== 'done') yield chunk;
  }
}

/** Finds the run that an execution works on; undefined when it failed before it had one. */
export async function findRun(
  place: LedgerPlace,
  executionArn: string,
): Promise<StartedRun | undefined> {
  const item = await readItem(place, executionKey(executionArn));
  if (item['pk'] === undefined) return undefined;
  return {
    runId: textOf(item, 'runId'),
    source: {
      uri: textOf(item, 'uri'),
      etag: textOf(item, 'etag'),
      versionId: item['versionId']?.S ?? null,
      size: numberOf(item, 'size'),
    },
    location: { bucket: textOf(item, 'bucket'), prefix: textOf(item, 'prefix') },
    generation: numberOf(item, 'generation'),
  };
}

/**
 * Reads why a try failed. @returns undefined when the try has not ended: its writer still works, or
 * was killed.
 */
export async function readTryError(
  place: LedgerPlace,
  runId: string,
  { index, tries }: UnfinishedChunk,
): Promise<TryError | undefined> {
  const item = await readItem(place, tryKey(runId, index, tries));
  if (item['outcome'] === undefined) return undefined;
  return { name: textOf(item, 'outcome'), message: textOf(item, 'message') };
}
