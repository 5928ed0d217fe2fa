import { setTimeout as sleep } from 'node:timers/promises';
import { chunkId } from '#core/run/chunk-name.ts';
import { plannedText } from '#core/run/planned-chunk.ts';
import { CHUNK_BYTES, chunkCrc32, ENTRIES_PER_ROW, ROWS_PER_CHUNK } from './shape.ts';

/** Bytes of items after which DynamoDB ends a page. */
const PAGE_BYTES = 1024 * 1024;

/** Bytes of one item as DynamoDB counts them: names and values. All are nearly the same. */
const ITEM_BYTES = 340;

const SHARDS = 16;

const TIME = '2026-11-28T12:00:00.000Z';

/** What a Query asks for, as far as it matters here. */
interface Query {
  readonly ExpressionAttributeValues: Readonly<Record<string, { readonly S?: string }>>;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly ProjectionExpression: string;
  readonly ExclusiveStartKey?: { readonly sk: { readonly S: string } };
}

/** All attributes of an item, as the ledger writes them. */
function attributesOf(pk: string, index: number): readonly (readonly [string, string])[] {
  const rowStart = index * ROWS_PER_CHUNK;
  const chunk = { index, rowStart, rowEnd: rowStart + ROWS_PER_CHUNK };
  const planned = plannedText(chunk);
  const texts = { pk, sk: `chunk#${chunkId(index)}`, planned, status: 'done', startedAt: TIME };
  const sums = { crc32: chunkCrc32(index), etag: chunkCrc32(index).repeat(4), finishedAt: TIME };
  const state = { chunkIndex: index, tries: 1 };
  const bytes = { bytes: CHUNK_BYTES, contentBytes: CHUNK_BYTES, expiresAt: 1_800_000_000 };
  const nnz = `{"N":"${ROWS_PER_CHUNK * ENTRIES_PER_ROW}"}`;
  return [
    ...Object.entries({ ...texts, ...sums }).map(
      ([name, text]) => [name, `{"S":${JSON.stringify(text)}}`] as const,
    ),
    ...Object.entries({ ...state, ...bytes }).map(
      ([name, count]) => [name, `{"N":"${count}"}`] as const,
    ),
    ['counts', `{"M":{"nnz":${nnz}}}`],
  ];
}

/** An item with the attributes that a Query asks for. */
function itemText(pk: string, index: number, projected: ReadonlySet<string | undefined>): string {
  const attributes = attributesOf(pk, index).filter(([name]) => projected.has(name));
  return `{${attributes.map(([name, value]) => `"${name}":${value}`).join()}}`;
}

function pageText(query: Query, chunks: number): string {
  const { ExpressionAttributeValues, ExclusiveStartKey, ExpressionAttributeNames } = query;
  const asked = query.ProjectionExpression.split(',');
  const projected = new Set(asked.map((name) => ExpressionAttributeNames[name]));
  const pk = ExpressionAttributeValues[':pk']?.S ?? '';
  const shard = Number(pk.slice(pk.lastIndexOf('#') + 1));
  const after = ExclusiveStartKey && Number(ExclusiveStartKey.sk.S.slice('chunk#'.length));
  const items: string[] = [];
  let index = after === undefined ? shard : after + SHARDS;
  for (; index < chunks && items.length * ITEM_BYTES < PAGE_BYTES; index += SHARDS) {
    items.push(itemText(pk, index, projected));
  }
  const last = index - SHARDS;
  const more = index < chunks;
  const key = `,"LastEvaluatedKey":{"pk":{"S":"${pk}"},"sk":{"S":"chunk#${chunkId(last)}"}}`;
  return `{"Items":[${items.join()}],"Count":${items.length},"ScannedCount":${items.length}${more ? key : ''}}`;
}

/** Answers for a ledger in which every chunk is done. What is written to it is forgotten. */
export async function answerDynamoDb(
  operation: string,
  body: string,
  { chunks, queryMilliseconds }: { readonly chunks: number; readonly queryMilliseconds: number },
): Promise<string> {
  if (operation !== 'Query') return '{}';
  await sleep(queryMilliseconds);
  return pageText(JSON.parse(body), chunks);
}
