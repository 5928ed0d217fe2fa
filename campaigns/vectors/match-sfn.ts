import { isDeepStrictEqual } from 'node:util';

/**
 * What the masks of one file have stood for so far. A numbered mask has the same value everywhere.
 */
export interface Masks {
  readonly known: readonly string[];
  readonly values: Map<string, string>;
}

const NUMBERED = /:\d+>$|_\d+idx>$/;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Matches text piece by piece, remembering what numbered masks stand for. */
function matchesMasked(expected: string, actual: string, masks: Masks): boolean {
  const found = masks.known.filter((mask) => expected.includes(mask));
  if (found.length === 0) return false;
  const order: string[] = [];
  const splitter = new RegExp(`(${found.map(escapePattern).join('|')})`);
  const pattern = expected.split(splitter).map((piece) => {
    if (!found.includes(piece)) return escapePattern(piece);
    const bound = masks.values.get(piece);
    if (bound !== undefined) return escapePattern(bound);
    order.push(piece);
    return '([\\s\\S]+?)';
  });
  const match = new RegExp(`^${pattern.join('')}$`).exec(actual);
  if (match === null) return false;
  for (const [index, mask] of order.entries()) {
    if (NUMBERED.test(mask)) masks.values.set(mask, match[index + 1] ?? '');
  }
  return true;
}

function matchesText(expected: string, actual: string, masks: Masks): boolean {
  if (expected === actual || matchesMasked(expected, actual, masks)) return true;
  const [left, right] = [parsed(expected), parsed(actual)];
  if (left === undefined || right === undefined || typeof left === 'string') return false;
  return difference(left, right, masks) === undefined;
}

function objectDifference(
  expected: Record<string, unknown>,
  actual: Record<string, unknown>,
  masks: Masks,
): string | undefined {
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const inner = difference(expected[key], actual[key], masks);
    if (inner !== undefined) return `${key}: ${inner}`;
  }
  return undefined;
}

function arrayDifference(
  expected: readonly unknown[],
  actual: readonly unknown[],
  masks: Masks,
): string | undefined {
  const inner = expected.map((value, index) => difference(value, actual[index], masks));
  const at = inner.findIndex((text) => text !== undefined);
  return at < 0 ? undefined : `[${at}] ${inner[at]}`;
}

/**
 * Finds where a value differs from a recorded one; undefined when it agrees. A mask agrees with any
 * value.
 */
export function difference(expected: unknown, actual: unknown, masks: Masks): string | undefined {
  if (expected === '<any>' && masks.known.includes('<any>')) return undefined;
  const differs = `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
  if (typeof expected === 'string' && typeof actual === 'string') {
    return matchesText(expected, actual, masks) ? undefined : differs;
  }
  if (isRecord(expected) && '$jsonString' in expected) {
    const inside = typeof actual === 'string' ? parsed(actual) : undefined;
    return difference(expected['$jsonString'], inside, masks);
  }
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return arrayDifference(expected, actual, masks);
  }
  if (isRecord(expected) && isRecord(actual)) return objectDifference(expected, actual, masks);
  return isDeepStrictEqual(expected, actual) ? undefined : differs;
}
