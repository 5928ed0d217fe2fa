import {
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type {
  ChunkRecord,
  Job,
  StartedRun,
  TryError,
  UnfinishedChunk,
} from '#core/run/ledger-records.ts';
import { translated } from './errors.ts';
import {
  CHUNK_ATTRIBUTES,
  chunkRecord,
  executionKey,
  type Item,
  JOB_ATTRIBUTES,
  jobOf,
  numberOf,
  partition,
  SHARDS,
  text,
  textOf,
  tryKey,
} from './ledger-items.ts';
import { createGate, type Gate, oneAhead } from './read-ahead.ts';

/** The table that holds the ledgers of all runs. */
export interface LedgerPlace {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** The conditions of a query, named as DynamoDB names them. */
type Filter = Pick<QueryCommandInput, 'FilterExpression'> & { readonly values?: Item };

/** What is read of the items of chunks, and made of them. */
interface ItemForm<T> {
  readonly attributes: readonly string[];
  readonly record: (item: Item) => T;
}

const CHUNK_FORM: ItemForm<ChunkRecord> = { attributes: CHUNK_ATTRIBUTES, record: chunkRecord };

/** Each attribute that is read, by the name that expressions have for it: some are reserved. */
function namesOf(attributes: readonly string[]): Record<string, string> {
  return Object.fromEntries(attributes.map((name) => [`#${name}`, name]));
}

/** A page is 1 MB in DynamoDB, and several times that while the SDK parses it. */
const PAGES_AT_ONCE = 4;

const NOT_DONE: Filter = {
  FilterExpression: '#status <> :done',
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

/** The ledger, and how its shards are read. */
interface ShardPlace<T> extends LedgerPlace {
  readonly gate: Gate;
  readonly form: ItemForm<T>;
}

/**
 * The items of a shard, page by page. Only what a record holds is sent, and is turned into records
 * at once, which are a tenth of it.
 */
async function* readPages<T>(
  { client, table, gate, form }: ShardPlace<T>,
  pk: Item[string],
  { values, ...filter }: Filter,
): AsyncGenerator<T[]> {
  const names = namesOf(form.attributes);
  const query = {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :chunk)',
    ExpressionAttributeValues: { ...values, ':pk': pk, ':chunk': text('chunk#') },
    ConsistentRead: true,
    ProjectionExpression: Object.keys(names).join(),
    ExpressionAttributeNames: names,
    ...filter,
  };
  for (let start: Item | undefined; ; ) {
    const command = new QueryCommand({ ...query, ExclusiveStartKey: start });
    const page = await gate(async () => {
      const { Items = [], LastEvaluatedKey } = await client.send(command);
      return { records: Items.map(form.record), next: LastEvaluatedKey };
    }).catch((error: unknown) => {
      throw translated(error, `read the ledger in ${table}`);
    });
    yield page.records;
    if (page.next === undefined) return;
    start = page.next;
  }
}

/** The items of a shard in their order. The next page is on its way while one is used. */
async function* readShard<T>(
  place: ShardPlace<T>,
  pk: Item[string],
  filter: Filter,
): AsyncGenerator<T> {
  for await (const page of oneAhead(readPages(place, pk, filter))) yield* page;
}

/**
 * Queries all shards at once, each in its order, and merges their items into chunk order.
 *
 * Memory: two pages of each shard, of up to 1 MB in DynamoDB; as records about 30 MB in all.
 */
async function* readShards<T extends { readonly index: number }>(
  place: LedgerPlace,
  runId: string,
  form: ItemForm<T>,
  filter: Filter,
): AsyncGenerator<T> {
  const gate = createGate(PAGES_AT_ONCE);
  const shards = Array.from({ length: SHARDS }, (_, shard) =>
    readShard({ ...place, gate, form }, partition(runId, shard), filter),
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
  return readShards(place, runId, CHUNK_FORM, {});
}

/** Reads the items of the chunks that were started and are not done, in chunk order. */
export async function* readUnfinishedChunks(
  place: LedgerPlace,
  runId: string,
): AsyncGenerator<UnfinishedChunk> {
  for await (const chunk of readShards(place, runId, CHUNK_FORM, NOT_DONE)) {
    if (chunk.status !== 'done') yield chunk;
  }
}

/** Reads the items of a run's chunks as jobs, in chunk order. */
export function readJobs(place: LedgerPlace, runId: string): AsyncGenerator<Job> {
  return readShards(place, runId, { attributes: JOB_ATTRIBUTES, record: jobOf }, {});
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
    claimant: item['claimant']?.S,
    ...(item['upload'] && { upload: { number: numberOf(item, 'upload') } }),
  };
}

/**
 * Reads why a try failed. @returns undefined when the try has not ended: its writer still works, or
 * was killed.
 */
export async function readTryError(
  place: LedgerPlace,
  runId: string,
  { index, tries }: Pick<UnfinishedChunk, 'index' | 'tries'>,
): Promise<TryError | undefined> {
  const item = await readItem(place, tryKey(runId, index, tries));
  if (item['outcome'] === undefined) return undefined;
  return { name: textOf(item, 'outcome'), message: textOf(item, 'message') };
}
