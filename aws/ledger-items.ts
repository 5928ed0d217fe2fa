import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { chunkId } from '#core/run/chunk-name.ts';
import type { ChunkFigures, ChunkRecord, Job, TryMeasures } from '#core/run/ledger-records.ts';

/** A DynamoDB item in its wire form. */
export type Item = Record<string, AttributeValue>;

/** Partitions of one run: DynamoDB takes 1,000 writes a second in each. */
export const SHARDS = 16;

const TRY_DIGITS = 3;

/** A text attribute in its wire form. */
export function text(value: string): AttributeValue {
  return { S: value };
}

/** A number attribute in its wire form. */
export function number(value: number): AttributeValue {
  return { N: String(value) };
}

/** A map of numbers in its wire form. */
function numbers(values: Readonly<Record<string, number>>): AttributeValue {
  const entries = Object.entries(values).map(([name, value]) => [name, number(value)]);
  return { M: Object.fromEntries(entries) };
}

/** A text attribute; empty when the item has none. */
export function textOf(item: Item, name: string): string {
  return item[name]?.S ?? '';
}

/** A number attribute; NaN when the item has none. */
export function numberOf(item: Item, name: string): number {
  return Number(item[name]?.N);
}

/** A map of numbers; empty when the item has none. */
function numbersOf(item: Item, name: string): Record<string, number> {
  const values = item[name]?.M ?? {};
  return Object.fromEntries(Object.keys(values).map((key) => [key, numberOf(values, key)]));
}

/** Partition of the chunks whose index leaves `shard` when divided by {@link SHARDS}. */
export function partition(runId: string, shard: number): AttributeValue {
  return text(`run#${runId}#${shard}`);
}

/** Key of a run's own item. */
export function runKey(runId: string): Item {
  return { pk: text(`run#${runId}`), sk: text('run') };
}

/** Key of the item that says which run an execution works on. */
export function executionKey(executionArn: string): Item {
  return { pk: text(`execution#${executionArn}`), sk: text('run') };
}

/** Key of a chunk's item. */
export function chunkKey(runId: string, index: number): Item {
  return { pk: partition(runId, index % SHARDS), sk: text(`chunk#${chunkId(index)}`) };
}

/** Key of the item of one try of a chunk. */
export function tryKey(runId: string, index: number, attempt: number): Item {
  const sk = `try#${chunkId(index)}#${String(attempt).padStart(TRY_DIGITS, '0')}`;
  return { pk: partition(runId, index % SHARDS), sk: text(sk) };
}

/** The attributes of a chunk's item that {@link chunkRecord} reads; the others are for people. */
export const CHUNK_ATTRIBUTES: readonly string[] = [
  'chunkIndex',
  'planned',
  'tries',
  'status',
  'bytes',
  'contentBytes',
  'crc32',
  'partCrc32',
  'etag',
  'recordCount',
  'counts',
  'statistics',
];

/** The attributes of a chunk's item that {@link jobOf} reads. */
export const JOB_ATTRIBUTES: readonly string[] = [
  ...['chunkIndex', 'planned', 'tries', 'status', 'startedAt', 'finishedAt', 'recordCount'],
];

/** Attributes to set, as an update expression names them, and their values. */
interface Setting {
  readonly set: string;
  readonly values: Item;
}

/** Sets each attribute to the value of its name. */
function settingOf(attributes: Item): Setting {
  const entries = Object.entries(attributes);
  return {
    set: entries.map(([name]) => `${name} = :${name}`).join(', '),
    values: Object.fromEntries(entries.map(([name, value]) => [`:${name}`, value])),
  };
}

/** What is set of a chunk that is done. */
export function setOfDone(figures: ChunkFigures): Setting {
  const { recordCount, statistics, partCrc32 } = figures;
  return settingOf({
    bytes: number(figures.bytes),
    contentBytes: number(figures.contentBytes),
    crc32: text(figures.crc32),
    etag: text(figures.etag),
    counts: numbers(figures.counts),
    ...(recordCount !== undefined && { recordCount: number(recordCount) }),
    ...(statistics !== undefined && { statistics: text(statistics) }),
    ...(partCrc32 !== undefined && { partCrc32: text(partCrc32) }),
  });
}

/** What is set of a try that ends, beside how it ended. */
export function setOfMeasures(measures: TryMeasures): Setting {
  const { rssMiB, isCold, readMs, encodeMs, sendMs, requestId } = measures;
  return settingOf({
    rssMiB: number(rssMiB),
    isCold: { BOOL: isCold },
    readMs: number(readMs),
    encodeMs: number(encodeMs),
    sendMs: number(sendMs),
    ...(requestId !== undefined && { requestId: text(requestId) }),
  });
}

/** What was measured of a try, as far as its item has it. */
export function measuresOf(item: Item): Partial<TryMeasures> {
  const { BOOL: isCold } = item['isCold'] ?? {};
  const { S: requestId } = item['requestId'] ?? {};
  return {
    ...(item['rssMiB'] && { rssMiB: numberOf(item, 'rssMiB') }),
    ...(isCold !== undefined && { isCold }),
    ...(item['readMs'] && { readMs: numberOf(item, 'readMs') }),
    ...(item['encodeMs'] && { encodeMs: numberOf(item, 'encodeMs') }),
    ...(item['sendMs'] && { sendMs: numberOf(item, 'sendMs') }),
    ...(requestId !== undefined && { requestId }),
  };
}

/** The chunk and the number of a try, which its key has. */
export function triedOf(item: Item): { readonly index: number; readonly attempt: number } {
  const [, index, attempt] = textOf(item, 'sk').split('#');
  return { index: Number(index), attempt: Number(attempt) };
}

/** Reads a chunk's item as a job. */
export function jobOf(item: Item): Job {
  const { S: finished } = item['finishedAt'] ?? {};
  const status = textOf(item, 'status');
  return {
    index: numberOf(item, 'chunkIndex'),
    planned: textOf(item, 'planned'),
    tries: numberOf(item, 'tries'),
    status: status === 'done' || status === 'failed' ? status : 'running',
    started: textOf(item, 'startedAt'),
    // A try that goes on after another has no end yet.
    ...(status !== 'running' && finished !== undefined && { finished }),
    ...(item['recordCount'] && { rows: numberOf(item, 'recordCount') }),
  };
}

/** Reads a chunk's item as the ledger wrote it. */
export function chunkRecord(item: Item): ChunkRecord {
  const state = {
    index: numberOf(item, 'chunkIndex'),
    planned: textOf(item, 'planned'),
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
    recordCount: item['recordCount'] && numberOf(item, 'recordCount'),
    counts: numbersOf(item, 'counts'),
    ...(item['partCrc32'] && { partCrc32: textOf(item, 'partCrc32') }),
    ...(item['statistics'] && { statistics: textOf(item, 'statistics') }),
  };
}
