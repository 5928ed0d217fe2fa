import { createHash } from 'node:crypto';
import jsonata from 'jsonata';
import type { Clock } from './clock.ts';
import type { Bindings } from './expressions.ts';
import { type Random, randomUuid } from './random.ts';

/** `$hash`'s names for what `node:crypto` calls otherwise. */
const ALGORITHMS = new Map([
  ['MD5', 'md5'],
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
]);

const FORMAT_TIME = jsonata('$fromMillis($milliseconds, $picture, $timezone)');

function partition(values: unknown, size: unknown): unknown[][] {
  if (!Array.isArray(values)) throw new Error('$partition takes an array');
  if (!Number.isSafeInteger(size) || Number(size) < 1) {
    throw new Error(`$partition takes a positive integer as its second argument, got ${size}`);
  }
  const parts: unknown[][] = [];
  for (let at = 0; at < values.length; at += Number(size)) {
    parts.push(values.slice(at, at + Number(size)));
  }
  return parts;
}

/**
 * Gives a single element without its array, as the recordings show, and nothing for an empty range.
 */
function range(first: unknown, last: unknown, step: unknown): unknown {
  const [from, to, by] = [first, last, step].map((value) => {
    if (!Number.isSafeInteger(value)) throw new Error(`$range takes integers, got ${value}`);
    return Number(value);
  });
  if (from === undefined || to === undefined || by === undefined || by === 0) {
    throw new Error('$range takes a step other than 0');
  }
  const values: number[] = [];
  for (let at = from; by > 0 ? at <= to : at >= to; at += by) values.push(at);
  return values.length > 1 ? values : values[0];
}

function hash(data: unknown, algorithm: unknown): string {
  const name = ALGORITHMS.get(String(algorithm));
  if (name === undefined) throw new Error(`$hash does not know the algorithm ${algorithm}`);
  if (data === undefined) throw new Error('$hash takes data');
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return createHash(name).update(text).digest('hex');
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') throw new Error('$parse takes a string');
  return JSON.parse(text);
}

/** A generator of 32-bit state (mulberry32): the same seed gives the same number. */
function seeded(seed: number): number {
  let mixed = (seed + 0x6d2b79f5) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/**
 * The functions that Step Functions adds to JSONata, and those of JSONata that read time. `$eval`
 * is taken away, as AWS does. For a seed, `$random(seed)` gives other numbers than on AWS.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export function createFunctions(clock: Clock, random: Random): Bindings {
  return {
    partition,
    range,
    hash,
    parse,
    uuid: () => randomUuid(random),
    random: (seed?: unknown) => (seed === undefined ? random() : seeded(Number(seed))),
    millis: () => clock.now(),
    now: (picture?: unknown, timezone?: unknown) =>
      FORMAT_TIME.evaluate(undefined, { milliseconds: clock.now(), picture, timezone }),
    eval: undefined,
  };
}
