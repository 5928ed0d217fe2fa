import type { CastRule } from './cast-rule.ts';
import type { LeafType } from './column-type.ts';
import { literal } from './quote.ts';
import type { ScalarName } from './scalar-types.ts';

const SPACE = '[ \\t\\n\\v\\f\\r]*';
const DAY = '[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}';

/** 24:00 is the next midnight. */
function clock(digits: number): string {
  return `(?:[01]?[0-9]|2[0-4]):[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{0,${digits}}0*)?)?`;
}

function matches(text: string, pattern: string): string {
  return `regexp_full_match(${text}, ${literal(`${SPACE}(?:${pattern})${SPACE}`)})`;
}

/** What is printed as it was written was read whole. */
function printsOtherwise(text: string, value: string): string {
  return `CAST(${value} AS VARCHAR) <> ${text}`;
}

/**
 * A number that loses no digit: an exponent only behind a whole one, as in 1e5. One expression and
 * no more, since a table of 10,000 columns builds it as often.
 */
function keepsDigits(text: string, scale: number): string {
  const plain = `[0-9]*\\.?[0-9]{0,${scale}}0*`;
  return matches(text, `[+-]?(?:${plain}|[0-9]+\\.?0*[eE]\\+?[0-9]+)`);
}

/** Whatever the spelling, no digit may be lost: 30 ns per value as it is printed, else 200. */
function exactNumber(scale: number): CastRule {
  return { suspect: printsOtherwise, proof: (text) => keepsDigits(text, scale) };
}

/** The nearest value, as everywhere; but what is too large is not infinite. */
const APPROXIMATE: CastRule = {
  suspect: (text, value) => `(isinf(${value}) OR contains(${text}, '_'))`,
  proof: (text) => matches(text, '(?i:[+-]?inf(?:inity)?)'),
};

/** Nothing behind the day but midnight. */
const DATE: CastRule = {
  suspect: (text) => `${text} NOT LIKE '____-__-__'`,
  proof: (text) => matches(text, `${DAY}(?:[T ]00:00(?::00(?:\\.0*)?)?)?`),
};

/** 24:00 is none: no other reader knows it. */
const TIME: CastRule = {
  suspect: (text, value) => `(${printsOtherwise(text, value)} OR ${value} = TIME '24:00:00')`,
  proof: (text, value) => `(${matches(text, clock(6))} AND ${value} <> TIME '24:00:00')`,
};

/** Neither an offset nor digits beyond those of the type: 30 ns by LIKE, 140 by the expression. */
function timestamp(digits: number): CastRule {
  return {
    suspect: (text) => `${text} NOT LIKE '____-__-_____:__:__'`,
    proof: (text) => matches(text, `${DAY}(?:[T ]${clock(digits)})?`),
  };
}

/**
 * Offsets and zones are kept: only digits can be lost, and `infinity` is no instant. The common
 * forms by LIKE, 30 ns per value, the others by an expression, 190.
 */
const INSTANT: CastRule = {
  suspect: (text, value) => `(contains(${text}, '.') OR NOT isfinite(${value}))`,
  proof: (text) =>
    `CASE WHEN ${text} LIKE '____-__-_____:__:__.______+__:__' ` +
    `OR (strlen(${text}) <= 26 AND ${text} LIKE '____-__-_____:__:__.%') THEN true ` +
    `ELSE ${matches(text, '[^.]*\\.[0-9]{0,6}0*(?:[^0-9.].*)?')} END`,
};

const WHOLE_NUMBER = exactNumber(0);
const STRICT_ALREADY: CastRule = {};

const RULES: Readonly<Record<ScalarName, CastRule | undefined>> = {
  BOOLEAN: STRICT_ALREADY,
  TINYINT: WHOLE_NUMBER,
  SMALLINT: WHOLE_NUMBER,
  INTEGER: WHOLE_NUMBER,
  BIGINT: WHOLE_NUMBER,
  UTINYINT: WHOLE_NUMBER,
  USMALLINT: WHOLE_NUMBER,
  UINTEGER: WHOLE_NUMBER,
  UBIGINT: WHOLE_NUMBER,
  FLOAT: APPROXIMATE,
  DOUBLE: APPROXIMATE,
  VARCHAR: STRICT_ALREADY,
  BLOB: undefined,
  UUID: STRICT_ALREADY,
  DATE,
  TIME,
  TIMESTAMP: timestamp(6),
  TIMESTAMP_MS: timestamp(3),
  TIMESTAMP_NS: timestamp(9),
  TIMESTAMPTZ: INSTANT,
};

/** How a text becomes a value of this type without loss. Undefined: a text is no bytes. */
export function textRule(type: LeafType): CastRule | undefined {
  return type.kind === 'decimal' ? exactNumber(type.scale) : RULES[type.name];
}
