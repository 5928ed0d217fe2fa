import type { Compression } from '#core/outputs/compression.ts';
import type { ContentBounds } from '#core/outputs/output.ts';
import { PART_BYTES_OF_OBJECT, type SinglePart } from '#core/outputs/single-object.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import { lengthenMember } from './lengthen-member.ts';
import { longestMember } from './longest-member.ts';

const GIB = 1024 ** 3;

/**
 * Most text of a part: a header fits beside plain text; twice as much of what is compressed is less
 * than a part can have.
 */
const MOST_TEXT = { none: 4 * GIB, gzip: 2 * GIB } as const;

/**
 * What rows are as a part of one object, for texts that may be joined: their text, or a gzip member
 * of it, made longer where it is too short.
 *
 * @param bounds of the text of rows.
 */
export function textPart(
  compression: Compression,
  bounds: (facts: MatrixInfo) => ContentBounds,
): SinglePart {
  const mostText = MOST_TEXT[compression];
  if (compression === 'none') return { mostText, bounds };
  const { least } = PART_BYTES_OF_OBJECT;
  return {
    mostText,
    bounds: (facts) => ({ min: least, max: least + longestMember(bounds(facts).max) }),
    lengthen: (part) => lengthenMember(part, least),
  };
}
