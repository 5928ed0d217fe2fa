import * as z from 'zod/mini';
import { RequestError } from '#core/errors.ts';

/**
 * Order of the parts of a folder: that of their keys (part-10 before part-2), or that of the
 * numbers in their names (part-2 before part-10).
 */
export const PART_ORDERS = ['key', 'natural'] as const;

export const partOrder = z.enum(PART_ORDERS, { error: "'key' or 'natural'" });

export type PartOrder = z.infer<typeof partOrder>;

/** Whole numbers in a name; digits inside of a word, as in a digest, are none. */
const NUMBERS = /(\d+)(?![0-9a-z])/i;

/** A name in pieces: text and numbers by turns. */
function piecesOf(name: string): readonly string[] {
  return name.split(NUMBERS);
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Compares digits of any length by their values, without making numbers of them. */
function compareDigits(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return x.length - y.length || compareTexts(x, y);
}

/** Compares two names by their numbers; names that differ in zeros alone by their keys. */
export function compareNatural(a: string, b: string): number {
  const [as, bs] = [piecesOf(a), piecesOf(b)];
  for (let i = 0; i < Math.min(as.length, bs.length); i++) {
    const compare = i % 2 === 1 ? compareDigits : compareTexts;
    const found = compare(as[i]!, bs[i]!);
    if (found !== 0) return found;
  }
  return as.length - bs.length || compareTexts(a, b);
}

/**
 * Puts the parts of a folder into order.
 *
 * @param order what the request says; without it both orders must be the same.
 * @throws {RequestError} the two orders differ, and the request does not choose one.
 */
export function inPartOrder<T extends { readonly uri: string }>(
  folder: string,
  parts: readonly T[],
  order: PartOrder | undefined,
): T[] {
  const byKey = parts.toSorted((a, b) => compareTexts(a.uri, b.uri));
  if (order === 'key') return byKey;
  const natural = byKey.toSorted((a, b) => compareNatural(a.uri, b.uri));
  if (order === 'natural') return natural;
  const at = byKey.findIndex((part, index) => part !== natural[index]);
  if (at === -1) return byKey;
  const name = ({ uri }: T) => uri.slice(folder.length);
  throw new RequestError([
    `the order of the parts of ${folder} is not clear: by key ${name(byKey[at]!)} comes before ${name(natural[at]!)}, by number after it, because the numbers are not padded with zeros; say source.order "key" or "natural" (--order), or give a list`,
  ]);
}
