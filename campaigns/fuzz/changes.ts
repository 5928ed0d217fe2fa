import type { Random } from '#support/seeded-random.ts';

/** What a change may draw on. */
export interface ChangeContext {
  readonly random: Random;
  /** Bytes of another source of the same group, or part of one. */
  readonly other: Uint8Array;
  /** Tells people what was done, one entry a change. */
  readonly log: string[];
}

/** Makes damaged, or at times only different, bytes of valid ones; those given stay as they are. */
export type Change = (bytes: Uint8Array, context: ChangeContext) => Uint8Array;

/** Numbers at which code breaks: around powers of two, and what follows from a length. */
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
