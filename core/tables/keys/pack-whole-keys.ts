import { BoundExceededError } from '#core/errors.ts';
import { MAX_FILES } from '#core/tables/pack/pack-files.ts';
import { MOST_OF_TARGET, packKeys } from '#core/tables/pack/pack-keys.ts';
import type { KeyWeights } from './keys-sql.ts';

/**
 * Bytes that the values of a chunk take in the engine, at most. A writer sorts them, and a window
 * holds all rows of a key: with its half of 1,769 MB of memory and 10 GiB of `/tmp` that is what
 * goes through whatever the SELECT is, see docs/decisions/0028-keys-whole.md.
 */
export const MOST_CHUNK_BYTES = 1024 ** 3;

/** Keys of all mappers, each mapper counted: what one function fetches and counts in minutes. */
export const MAX_LISTED_KEYS = 100_000_000;

/** Runs that are held at most. */
const MAX_RUNS = 400_000;

/** Runs are as much lighter than chunks, so that these are even. */
const FINER = 32;

/** Numbers of keys that follow each other. */
export interface KeyNumbers {
  /** Number of the first key, in their order. */
  readonly first: number;
  readonly keys: number;
  readonly rows: number;
  /** Of what was scattered. */
  readonly bytes: number;
  /** Of the values in the engine. */
  readonly vals: number;
}

/** Keys that are moved together. */
export interface KeyRun extends KeyNumbers {
  readonly weight: number;
}

/** How large chunks are to be. */
export interface ChunkBytes {
  /** Of what was scattered. */
  readonly target: number;
  /** Of values in the engine. @default {@link MOST_CHUNK_BYTES} */
  readonly most?: number;
}

/**
 * Weights of keys, by which a chunk of 1.25 targets has at most the values that a writer has room
 * for.
 *
 * @param all of all keys together.
 */
export function keyWeights(
  all: Pick<KeyNumbers, 'bytes' | 'vals'>,
  { target, most = MOST_CHUNK_BYTES }: ChunkBytes,
): KeyWeights {
  const ofValue = (MOST_OF_TARGET * target) / most;
  const weight = all.bytes + all.vals * ofValue;
  return { ofValue, together: Math.max(target / FINER, (2 * weight) / MAX_RUNS) };
}

function joined(runs: readonly KeyRun[]): KeyNumbers {
  const sum = (of: 'keys' | 'rows' | 'bytes' | 'vals') =>
    runs.reduce((all, run) => all + run[of], 0);
  const [{ first }] = runs as readonly [KeyRun];
  return { first, keys: sum('keys'), rows: sum('rows'), bytes: sum('bytes'), vals: sum('vals') };
}

/**
 * Packs keys whole into chunks that are no heavier than 1.25 targets, but for a key that alone is.
 * The chunks are in the order of the keys, and together all of them.
 *
 * @throws {BoundExceededError} too many chunks.
 */
export function packWholeKeys(
  runs: readonly KeyRun[],
  { target }: Pick<ChunkBytes, 'target'>,
): readonly KeyNumbers[] {
  const weights = runs.map(({ weight }) => weight);
  const packed = packKeys(weights, target);
  if (packed.length > MAX_FILES) {
    throw new BoundExceededError(
      `the output would be ${packed.length} files, allowed are ${MAX_FILES}; give a larger output.targetFileBytes`,
    );
  }
  return packed.map(({ start, end }) => joined(runs.slice(start, end)));
}

/** The chunks of one key that is larger than others may be. */
export function largeKeys(
  chunks: readonly KeyNumbers[],
  { target }: Pick<ChunkBytes, 'target'>,
): readonly KeyNumbers[] {
  return chunks.filter(({ keys, bytes }) => keys === 1 && bytes > MOST_OF_TARGET * target);
}
