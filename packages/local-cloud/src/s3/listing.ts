import { invalidArgument } from './errors.ts';
import { compareKeys, type KeyIndex } from './key-index.ts';
import type { S3Request } from './request.ts';

const MAX_PAGE = 1000;

/** Which keys of an index to list. */
export interface PageQuery<T> {
  readonly prefix: string;
  /** '' for none. */
  readonly delimiter: string;
  /** Position in the index to begin at. */
  readonly from: number;
  /** Common prefixes up to this one were listed before; '' for none. */
  readonly prefixesAfter: string;
  /** At most so many keys and common prefixes together. */
  readonly limit: number;
  /** The name by which a value is grouped. */
  readonly nameOf: (value: T) => string;
}

/** A page of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly commonPrefixes: readonly string[];
  /** The first key of the next page; undefined at the end. */
  readonly next: string | undefined;
}

/**
 * Reads a count from 0 to 1,000 (more counts as 1,000; absent or empty as 1,000).
 *
 * @throws {S3Error} no such number.
 */
export function parseLimit(query: S3Request['query'], name: string): number {
  const value = query[name];
  if (value === undefined || value === '') return MAX_PAGE;
  if (/^\d{1,10}$/.test(value)) return Math.min(Number(value), MAX_PAGE);
  throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, value);
}

/**
 * How names are written in an answer: as they are, or percent-encoded when the client asked for
 * `url`.
 */
export function parseEncoding(query: S3Request['query']): (name: string) => string {
  const encoding = query['encoding-type'];
  if (encoding === undefined) return (name) => name;
  if (encoding !== 'url') {
    throw invalidArgument(
      'Invalid Encoding Method specified in Request',
      'encoding-type',
      encoding,
    );
  }
  return (name) =>
    encodeURIComponent(name)
      .replaceAll('%2F', '/')
      .replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * Common prefix of a name: up to the first delimiter behind the prefix; undefined when there is
 * none.
 */
function commonPrefix(name: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : name.slice(0, at + delimiter.length);
}

/**
 * Lists one page in key order; keys of one common prefix count once and are skipped by bisection.
 */
export function listPage<T>(index: KeyIndex<T>, query: PageQuery<T>): Page<T> {
  const items: T[] = [];
  const commonPrefixes: string[] = [];
  let position = Math.max(query.from, index.firstAtOrAfter(query.prefix));
  for (;;) {
    const key = index.keyAt(position);
    if (key === undefined || !key.startsWith(query.prefix)) {
      return { items, commonPrefixes, next: undefined };
    }
    const item = index.get(key)!;
    const group = commonPrefix(query.nameOf(item), query.prefix, query.delimiter);
    const isListed = group !== undefined && compareKeys(group, query.prefixesAfter) <= 0;
    if (!isListed && items.length + commonPrefixes.length >= query.limit) {
      return { items, commonPrefixes, next: key };
    }
    if (group === undefined) {
      items.push(item);
      position += 1;
      continue;
    }
    if (!isListed) commonPrefixes.push(group);
    position = index.endOfPrefix(group, position);
  }
}
