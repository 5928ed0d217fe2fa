import { join } from 'node:path';
import type { Engine, Row } from '@sparse-fanout/engine';
import { BoundExceededError } from '#core/errors.ts';
import { type KeyColumn, keyColumns } from '#core/tables/keys/key-columns.ts';
import {
  allKeysSql,
  keyRunsSql,
  keySharesSql,
  keySumsSql,
  largestKeySql,
  namedKeysSql,
  sharesOfSql,
} from '#core/tables/keys/keys-sql.ts';
import { largeKeysSentence } from '#core/tables/keys/large-keys-sentence.ts';
import {
  type KeyNumbers,
  keyWeights,
  largeKeys,
  MOST_CHUNK_BYTES,
  packWholeKeys,
} from '#core/tables/keys/pack-whole-keys.ts';
import type { Key } from '#core/tables/postgres/key-range.ts';
import type { CountedKeys } from '#core/tables/run/counted-keys.ts';
import { schemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';
import { leftOf, type ShuffledFile } from '#core/tables/shuffle/pack-partitions.ts';
import { MAX_SHARES, type Mapper } from '#core/tables/shuffle/scattered-rows.ts';
import { tableFileOf, VALUES } from './table-file.ts';

/** Keys of a table: they are counted and sorted in one function. */
const MAX_KEYS = 10_000_000;

/** What mappers of whole keys wrote. */
export interface KeyIndexes {
  readonly layout: TableLayout;
  readonly mappers: readonly Mapper[];
  /** Files of their keys in the engine's directory, one for each. */
  readonly paths: readonly string[];
}

/** What keys are packed with. */
export interface PackOptions {
  readonly engine: Engine;
  /** The engine's own. */
  readonly directory: string;
  readonly targetFileBytes: number;
  /** Bytes of the output for a byte of what was scattered. */
  readonly ratio: number;
  /** Index of the first file. */
  readonly firstIndex: number;
  /** Bytes of values of a chunk. @default 1 GiB; 128 MiB where SQL works per key */
  readonly mostBytes?: number;
  readonly signal?: AbortSignal;
}

/** Windows hold the rows of a key several times over, and not all of it spills. */
const MOST_PER_KEY_BYTES = 128 * 1024 ** 2;

/** Bytes of values that a writer has room for in one file. */
function mostChunkBytes({ transform }: TableLayout): number {
  const isPerKey = transform !== undefined && 'sql' in transform && transform.orderBy !== undefined;
  return isPerKey ? MOST_PER_KEY_BYTES : MOST_CHUNK_BYTES;
}

/** Files of whole keys. */
export interface PackedKeyFiles {
  readonly files: AsyncIterable<ShuffledFile>;
  readonly counted: Omit<CountedKeys, 'columns'>;
  readonly warnings: readonly string[];
}

/** Shares that are held as rows of the engine. */
const SHARES_AT_ONCE = 50_000;

/** Keys that a warning names. */
const MAX_NAMED = 5;

interface Packing extends KeyIndexes, PackOptions {
  readonly keys: readonly KeyColumn[];
  readonly mostBytes: number;
  /** File of all keys. */
  readonly all: string;
}

function numbersOf<Name extends string>(row: Row, names: readonly Name[]): Record<Name, number> {
  const numbers = names.map((name) => [name, Number(row[name])]);
  return Object.fromEntries(numbers) as Record<Name, number>;
}

function keyOf(row: Row, keys: readonly KeyColumn[]): Key {
  return keys.map((_, at) => {
    const value = row[`v${at}`];
    return value === null || value === undefined ? null : String(value);
  });
}

async function select(
  { engine, signal }: PackOptions,
  text: string,
  given?: readonly number[],
): Promise<readonly Row[]> {
  const values = given && { values: [JSON.stringify(given)] };
  return await engine.runSelect({ text, ...values }, signal && { signal });
}

/** The keys of given numbers, by these. */
async function namesOf(packing: Packing, numbers: readonly number[]): Promise<Map<number, Key>> {
  const { all, keys } = packing;
  const rows = await select(packing, namedKeysSql(all, keys), numbers);
  return new Map(rows.map((row) => [Number(row['ord']), keyOf(row, keys)]));
}

async function writeKeys(packing: Packing): Promise<void> {
  const { engine, paths, keys, all, signal } = packing;
  const file = tableFileOf(VALUES, { path: all, rowGroupRows: 122_880, columns: keys.length + 3 });
  const { rows } = await engine.writeSelect(
    { text: allKeysSql(paths, keys) },
    file,
    signal && { signal },
  );
  if (rows <= MAX_KEYS) return;
  throw new BoundExceededError(
    `the rows have ${rows} keys by ${keys.map(({ name }) => name).join(', ')}, at most ${MAX_KEYS} are allowed; keep columns whole that have fewer values`,
  );
}

/** @throws {BoundExceededError} a key alone is more than a writer has room for. */
async function refuseLarge(packing: Packing, chunks: readonly KeyNumbers[]): Promise<void> {
  const { mostBytes } = packing;
  const large = chunks.find(({ vals }) => vals > mostBytes);
  if (large === undefined) return;
  const name = (await namesOf(packing, [large.first])).get(large.first);
  throw new BoundExceededError(
    `key ${JSON.stringify(name)} of chunking.keysWhole has ${large.rows} rows of ${large.vals} bytes of values, at most ${mostBytes} are allowed, as a writer holds a key whole; name one more column in chunking.keysWhole`,
  );
}

/** Writes which rows each chunk gathers of each mapper into a file. */
async function writeShares(packing: Packing, chunks: readonly KeyNumbers[]): Promise<string> {
  const { engine, directory, paths, keys, all, mappers, signal } = packing;
  const path = join(directory, 'shares.parquet');
  const file = tableFileOf(VALUES, { path, rowGroupRows: 122_880, columns: 4 });
  const values = [JSON.stringify(chunks.map(({ first }) => first))];
  const text = keySharesSql(all, paths, keys);
  const { rows } = await engine.writeSelect({ text, values }, file, signal && { signal });
  if (rows <= MAX_SHARES) return path;
  throw new BoundExceededError(
    `${chunks.length} files gather rows of ${mappers.length} slices of the source by ${rows} requests, at most ${MAX_SHARES} are allowed; give a larger output.targetFileBytes`,
  );
}

async function* filesOf(
  packing: Packing,
  chunks: readonly KeyNumbers[],
  shares: string,
): AsyncGenerator<ShuffledFile> {
  const { mappers, ratio, firstIndex } = packing;
  const ends = chunks.flatMap(({ first, keys }) => [first, first + keys - 1]);
  const names = await namesOf(packing, ends);
  const step = Math.max(1, Math.floor(SHARES_AT_ONCE / Math.max(1, mappers.length)));
  let rowsBefore = 0;
  for (let from = 0; from < chunks.length; from += step) {
    const text = sharesOfSql(shares, from, from + step);
    const found = (await select(packing, text)).map((row) =>
      numbersOf(row, ['chunk', 'mapper', 'start', 'rows']),
    );
    const byChunk = Map.groupBy(found, ({ chunk }) => chunk);
    for (const [at, chunk] of chunks.slice(from, from + step).entries()) {
      const { first, keys, rows, bytes } = chunk;
      const file = from + at;
      yield {
        ...{ index: firstIndex + file, partition: [] },
        within: { start: rowsBefore, end: rowsBefore + rows },
        keys: {
          first: [...names.get(first)!],
          last: [...names.get(first + keys - 1)!],
          keys,
        },
        ...leftOf({ mappers }, file, chunks.length),
        shares: byChunk.get(file)!.map(({ mapper, start, rows: own }) => {
          const { size, etag } = mappers[mapper]!;
          return { mapper, rows: { start, end: start + own }, size, etag };
        }),
        predictedBytes: Math.round(bytes * ratio),
      };
      rowsBefore += rows;
    }
  }
}

async function warningsOf(
  packing: Packing,
  chunks: readonly KeyNumbers[],
  target: number,
): Promise<readonly string[]> {
  const large = largeKeys(chunks, { target });
  const shown = large.slice(0, MAX_NAMED);
  const names = await namesOf(
    packing,
    shown.map(({ first }) => first),
  );
  const named = shown.map(({ first, bytes }) => ({
    key: names.get(first)!,
    bytes: Math.round(bytes * packing.ratio),
  }));
  return largeKeysSentence(named, { all: large.length, targetFileBytes: packing.targetFileBytes });
}

/**
 * Packs the keys of a table whole into files, by what its mappers have scattered.
 *
 * In the directory lie all keys, and which rows each file gathers. Holds 400,000 runs of keys,
 * 100,000 files and 50,000 of their shares at most, and what the engine counts and sorts with;
 * what does not fit it spills.
 *
 * @throws {BoundExceededError} too many keys, files or requests, or a key alone is more than a
 * writer has room for.
 */
export async function packScatteredKeys(
  indexes: KeyIndexes,
  options: PackOptions,
): Promise<PackedKeyFiles> {
  const keys = keyColumns(schemaOf(indexes.layout), indexes.layout.keysWhole ?? []);
  const all = join(options.directory, 'keys.parquet');
  const { mostBytes = mostChunkBytes(indexes.layout) } = options;
  const packing = { ...indexes, ...options, keys, all, mostBytes };
  const { targetFileBytes, ratio } = options;
  const target = targetFileBytes / ratio;
  await writeKeys(packing);
  const [sums] = await select(packing, keySumsSql(all));
  const counted = numbersOf(sums!, ['keys', 'rows', 'bytes', 'vals']);
  const weights = keyWeights(counted, { target, most: mostBytes });
  const runs = (await select(packing, keyRunsSql(all, weights))).map((row) =>
    numbersOf(row, ['first', 'keys', 'rows', 'bytes', 'vals', 'weight']),
  );
  const chunks = packWholeKeys(runs, { target });
  await refuseLarge(packing, chunks);
  const [largest] = await select(packing, largestKeySql(all, keys));
  return {
    files: filesOf(packing, chunks, await writeShares(packing, chunks)),
    counted: {
      ...{ keys: counted.keys, rows: counted.rows },
      ...(largest && { largest: { key: keyOf(largest, keys), rows: Number(largest['rows']) } }),
    },
    warnings: await warningsOf(packing, chunks, target),
  };
}
