import type { Random } from '#support/seeded-random.ts';

/** What a change may use. */
export interface ChangeContext {
  readonly random: Random;
  /** Bytes of another source of the same group, or part of one. */
  readonly other: Uint8Array;
  /** Describes for people what was done, one entry per change. */
  readonly log: string[];
}

/**
 * Makes damaged, or sometimes only different, bytes from valid ones. The given bytes are not
 * changed.
 */
export type Change = (bytes: Uint8Array, context: ChangeContext) => Uint8Array;

/** Numbers at which code often breaks: around powers of two, and around a length. */
export function extremeIntegers(length: number): readonly bigint[] {
  const powers = [7n, 8n, 15n, 16n, 31n, 32n, 53n, 63n, 64n].map((power) => 1n << power);
  const around = powers.flatMap((power) => [power - 1n, power, -power, power + 1n]);
  const count = BigInt(length);
  return [0n, 1n, 2n, -1n, -2n, count, count - 1n, count + 1n, 1n << 40n, ...around];
}

/** Bytes one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Bytes as the characters of their codes, and back: any bytes survive both. */
export function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

export function fromText(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
