import { MOST_OF_TARGET, packKeys } from '#core/tables/pack/pack-keys.ts';
import type { Key } from '#core/tables/postgres/key-range.ts';
import type { CountedKeys } from '#core/tables/run/counted-keys.ts';
import { unseen } from '#core/tables/shuffle/forecast-partitions.ts';
import { largeKeysSentence } from './large-keys-sentence.ts';

/** A key in a sample. */
export interface SampledKey {
  readonly key: Key;
  readonly rows: number;
  /** Rows of the sample from its first one to its last. */
  readonly span: number;
}

/** What a sample says of a table whose keys are whole. */
export interface SampledKeys {
  /** In the order of the keys. */
  readonly sampled: readonly SampledKey[];
  /** Bytes of all files. */
  readonly bytes: number;
  /** Rows of all files. */
  readonly rows: number;
  readonly targetFileBytes: number;
}

/** The files of a table whose keys are whole, about. */
export interface KeysForecast {
  readonly files: number;
  readonly fileBytes: { readonly min: number; readonly max: number };
  readonly counted: Omit<CountedKeys, 'columns'>;
  readonly warnings: readonly string[];
}

/** Keys that a warning names. */
const MAX_NAMED = 5;

/** A key that has so much of a sample lies at several of its places. */
const SEVERAL_PLACES = 1 / 4;

/**
 * Whether the rows of keys lie together in the source, so that a sample of a few places has all
 * rows of some keys, and none of most.
 */
function isClustered(sampled: readonly SampledKey[], all: number): boolean {
  const together = sampled.filter(({ rows, span }) => rows > 1 && rows === span);
  return together.reduce((sum, { rows }) => sum + rows, 0) > all / 2;
}

function evenFiles({
  bytes,
  targetFileBytes,
}: SampledKeys): Pick<KeysForecast, 'files' | 'fileBytes'> {
  const files = Math.max(1, Math.round(bytes / targetFileBytes));
  const each = Math.round(bytes / files);
  return { files, fileBytes: { min: each, max: each } };
}

function packedFiles(weights: readonly number[], targetFileBytes: number) {
  const packed = packKeys(weights, targetFileBytes).map(({ rows }) => Math.round(rows));
  const fileBytes = {
    min: packed.reduce((least, size) => Math.min(least, size)),
    max: packed.reduce((most, size) => Math.max(most, size)),
  };
  return { files: packed.length, fileBytes };
}

/**
 * Predicts the files of a table whose keys are whole before its rows are scattered. Where the rows
 * of keys lie together in the source, a sample does not say how large its keys are: then files are
 * taken for even, and only keys are named that lie at several of its places.
 */
export function forecastKeys(given: SampledKeys): KeysForecast {
  const { sampled, bytes, rows, targetFileBytes } = given;
  const all = sampled.reduce((sum, key) => sum + key.rows, 0);
  if (all === 0) return { ...evenFiles(given), counted: { keys: 0, rows }, warnings: [] };
  const clustered = isClustered(sampled, all);
  const weights = sampled.map((key) => (bytes * key.rows) / all);
  const isKnown = ({ rows: own }: SampledKey) => !clustered || own > SEVERAL_PLACES * all;
  const large = sampled.filter((key, at) => {
    return weights[at]! > MOST_OF_TARGET * targetFileBytes && isKnown(key);
  });
  const named = large.slice(0, MAX_NAMED).map(({ key, rows: own }) => {
    return { key, bytes: Math.round((bytes * own) / all) };
  });
  const largest = sampled.reduce((most, key) => (key.rows > most.rows ? key : most));
  return {
    ...(clustered ? evenFiles(given) : packedFiles(weights, targetFileBytes)),
    counted: {
      keys: sampled.length + unseen(sampled.map((key) => key.rows)),
      rows,
      ...(isKnown(largest) && {
        largest: { key: largest.key, rows: Math.round((rows * largest.rows) / all) },
      }),
    },
    warnings: largeKeysSentence(named, { all: large.length, targetFileBytes }),
  };
}
