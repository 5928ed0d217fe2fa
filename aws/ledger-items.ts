import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { ChunkRecord } from '#core/ledger.ts';

/** A DynamoDB item in its wire form. */
export type Item = Record<string, AttributeValue>;

/** A text attribute; empty when the item has none. */
export function textOf(item: Item, name: string): string {
  return item[name]?.S ?? '';
}

/** A number attribute; NaN when the item has none. */
function numberOf(item: Item, name: string): number {
  return Number(item[name]?.N);
}

/** Reads a chunk's item as the ledger wrote it. */
export function chunkRecord(item: Item): ChunkRecord {
  const state = {
    index: numberOf(item, 'chunkIndex'),
    rowStart: numberOf(item, 'rowStart'),
    rowEnd: numberOf(item, 'rowEnd'),
    tries: numberOf(item, 'tries'),
  };
  const status = textOf(item, 'status');
  if (status !== 'done') return { ...state, status: status === 'failed' ? 'failed' : 'running' };
  return {
    ...state,
    status,
    bytes: numberOf(item, 'bytes'),
    contentBytes: numberOf(item, 'contentBytes'),
    crc32: textOf(item, 'crc32'),
    etag: textOf(item, 'etag'),
    nnz: numberOf(item, 'nnz'),
  };
}
