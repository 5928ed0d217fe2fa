import type {
  BoundExceededError,
  CorruptSourceError,
  UnsupportedSourceError,
} from '#core/errors.ts';
import type { Change } from '#support/hdf5-damage.ts';
import { messageAt } from '#support/hdf5-place.ts';

/** An address that points nowhere. */
export const NOWHERE = new Array(8).fill(0xff);

/** Eight bytes, little-endian. */
export function u64(value: number): number[] {
  return [...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)];
}

/** Offset of a text in a file. */
export function find(bytes: Uint8Array, text: string): number {
  const at = Buffer.from(bytes.buffer).indexOf(text, 0, 'latin1');
  if (at < 0) throw new Error(`there is no ${text}`);
  return at;
}

/** Whether a text lies at an offset of a file. */
export function isAt(bytes: Uint8Array, at: number, text: string): boolean {
  return Buffer.from(bytes.buffer).toString('latin1', at, at + text.length) === text;
}

/** What is changed in a file. */
export type Edit = (bytes: Uint8Array) => Change[] | Promise<Change[]>;

/** What is changed where a text begins. */
export function from(text: string, at: number, values: readonly number[]): Edit {
  return (bytes) => [[find(bytes, text) + at, values]];
}

/** What is changed in the body of a message. */
export function within(
  path: string,
  type: Parameters<typeof messageAt>[2],
  at: number,
  values: readonly number[],
): Edit {
  return async (bytes) => [[(await messageAt(bytes, path, type)) + at, values]];
}

/** What is damaged, in which fixture and how, and how that must be refused. */
export type Damage = readonly [
  what: string,
  file: string,
  edit: Edit,
  error: typeof BoundExceededError | typeof CorruptSourceError | typeof UnsupportedSourceError,
  message: string,
];
