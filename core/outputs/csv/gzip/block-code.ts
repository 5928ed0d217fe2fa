import {
  DISTANCE_SYMBOLS,
  distanceSymbol,
  END_OF_BLOCK,
  LITERAL_SYMBOLS,
  lengthSymbol,
} from './deflate-symbols.ts';
import { canonicalCode, codeLengths, MAX_BITS } from './huffman.ts';

/** How often each symbol occurs in a block. */
export interface SymbolCounts {
  readonly literals: Uint32Array;
  readonly distances: Uint32Array;
}

/**
 * At most 56 bits that are written lowest first: the lower 32 bits, the higher ones, and how many
 * they are in all.
 */
export interface BitString {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** A match of deflate: `length` bytes that are equal to those `distance` bytes before. */
export interface Match {
  readonly length: number;
  readonly distance: number;
}

/** Writes at most 31 bits. */
export type PutBits = (bits: number, count: number) => void;

/**
 * Number of steps of the first block, the second one, and so on; `LATER_BLOCK_STEPS` for all
 * others. A step is a stored cell, the end of a row, or a stretch of unstored cells.
 *
 * The first block is written with deflate's fixed code, every other block with the best code for
 * the block before it. So nothing is read ahead, and the bytes depend on the rows alone, not on
 * slices or parts. With the fixed code unstored cells take six times as many bits, and a block's
 * header takes about 80 bytes; that is why the first blocks are short.
 */
const BLOCK_STEPS = [16, 512] as const;
const LATER_BLOCK_STEPS = 65_536;

/** Number of steps of the block that comes after so many others. */
export function stepsOfBlock(before: number): number {
  return BLOCK_STEPS[before] ?? LATER_BLOCK_STEPS;
}

/** Block types, with the bit for the last block. */
const FIXED_BLOCK = 0b010;
const LAST_FIXED_BLOCK = 0b011;
const DYNAMIC_BLOCK = 0b100;

const MAX_LENGTH_CODE_BITS = 7;

/** The order in which a block's header has the lengths of the code of lengths. */
const LENGTH_CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Adds up to 31 bits. */
function appended({ low, high, count }: BitString, bits: number, size: number): BitString {
  if (count >= 32) return { low, high: high | (bits << (count - 32)), count: count + size };
  const beyond = count === 0 ? 0 : bits >>> (32 - count);
  return { low: low | (bits << count), high: high | beyond, count: count + size };
}

const NO_BITS: BitString = { low: 0, high: 0, count: 0 };

/** One step of the run-length coding of code lengths: a symbol and the repeat count after it. */
type LengthStep = readonly [symbol: number, extra: number, extraBits: number];

/** Lengths of the fixed code, see RFC 1951, section 3.2.6. */
function fixedLengths(): Uint8Array {
  return Uint8Array.from({ length: 288 }, (_, symbol) => {
    if (symbol < 144) return 8;
    if (symbol < 256) return 9;
    return symbol < 280 ? 7 : 8;
  });
}

/**
 * Steps that repeat a length: a step repeats zero 3 to 138 times; any other length is written once,
 * then a step repeats it 3 to 6 times.
 */
function repeatSteps(length: number, times: number): LengthStep[] {
  const steps: LengthStep[] = [];
  let left = times;
  if (length !== 0) {
    steps.push([length, 0, 0]);
    left -= 1;
    for (; left >= 3; left -= Math.min(left, 6)) steps.push([16, Math.min(left, 6) - 3, 2]);
  } else {
    for (; left >= 11; left -= Math.min(left, 138)) steps.push([18, Math.min(left, 138) - 11, 7]);
    for (; left >= 3; left -= Math.min(left, 10)) steps.push([17, Math.min(left, 10) - 3, 3]);
  }
  for (; left > 0; left -= 1) steps.push([length, 0, 0]);
  return steps;
}

function runLengths(lengths: readonly number[]): LengthStep[] {
  const steps: LengthStep[] = [];
  for (let from = 0, to = 0; from < lengths.length; from = to) {
    while (to < lengths.length && lengths[to] === lengths[from]) to += 1;
    steps.push(...repeatSteps(lengths[from]!, to - from));
  }
  return steps;
}

/** Number of symbols up to the last one with a code, and at least `least`. */
function usedSymbols(lengths: Uint8Array, least: number): number {
  return Math.max(least, lengths.findLastIndex((length) => length > 0) + 1);
}

/** The Huffman codes of one block of a deflate stream. */
export class BlockCode {
  readonly #literalLengths: Uint8Array;
  readonly #distanceLengths: Uint8Array;
  readonly #literalCodes: Uint16Array;
  readonly #distanceCodes: Uint16Array;
  readonly #isFixed: boolean;

  private constructor(literalLengths: Uint8Array, distanceLengths: Uint8Array, isFixed: boolean) {
    this.#literalLengths = literalLengths;
    this.#distanceLengths = distanceLengths;
    this.#literalCodes = canonicalCode(literalLengths);
    this.#distanceCodes = canonicalCode(distanceLengths);
    this.#isFixed = isFixed;
  }

  /** The fixed code of deflate, which needs no header. */
  static fixed(): BlockCode {
    return new BlockCode(fixedLengths(), new Uint8Array(DISTANCE_SYMBOLS).fill(5), true);
  }

  /**
   * The best code for a block with these counts. A symbol whose count is 0 cannot be written with
   * it.
   */
  static of({ literals, distances }: SymbolCounts): BlockCode {
    return new BlockCode(codeLengths(literals, MAX_BITS), codeLengths(distances, MAX_BITS), false);
  }

  literal(byte: number): BitString {
    return appended(NO_BITS, this.#literalCodes[byte]!, this.#literalLengths[byte]!);
  }

  /**
   * The bits of `before`, then those of a match: code and extra bits of its length, code and extra
   * bits of its distance.
   */
  match({ length, distance }: Match, before = NO_BITS): BitString {
    return this.distance(distance, this.length(length, before));
  }

  /** The bits of `before`, then code and extra bits of a length. */
  length(length: number, before = NO_BITS): BitString {
    const { symbol, extra, extraBits } = lengthSymbol(length);
    const size = this.#literalLengths[symbol]!;
    return appended(before, this.#literalCodes[symbol]! | (extra << size), size + extraBits);
  }

  /** The code of a symbol of distances, without extra bits. */
  distanceCode(symbol: number): BitString {
    return appended(NO_BITS, this.#distanceCodes[symbol]!, this.#distanceLengths[symbol]!);
  }

  /** The bits of `before`, then code and extra bits of a distance. */
  distance(distance: number, before = NO_BITS): BitString {
    const { symbol, extra, extraBits } = distanceSymbol(distance);
    const size = this.#distanceLengths[symbol]!;
    return appended(before, this.#distanceCodes[symbol]! | (extra << size), size + extraBits);
  }

  /** Writes the header of a block that is not the last. */
  writeHeader(put: PutBits): void {
    if (this.#isFixed) {
      put(FIXED_BLOCK, 3);
      return;
    }
    const literals = usedSymbols(this.#literalLengths, 257);
    const distances = usedSymbols(this.#distanceLengths, 1);
    const steps = runLengths([
      ...this.#literalLengths.subarray(0, literals),
      ...this.#distanceLengths.subarray(0, distances),
    ]);
    const counts = new Uint32Array(19);
    for (const [symbol] of steps) counts[symbol]! += 1;
    const lengths = codeLengths(counts, MAX_LENGTH_CODE_BITS);
    const codes = canonicalCode(lengths);
    const ordered = LENGTH_CODE_ORDER.map((symbol) => lengths[symbol]!);
    const given = ordered.findLastIndex((length) => length > 0) + 1;
    put(DYNAMIC_BLOCK, 3);
    put(literals - 257, 5);
    put(distances - 1, 5);
    put(given - 4, 4);
    for (const length of ordered.slice(0, given)) put(length, 3);
    for (const [symbol, extra, extraBits] of steps) {
      put(codes[symbol]!, lengths[symbol]!);
      put(extra, extraBits);
    }
  }

  writeEnd(put: PutBits): void {
    put(this.#literalCodes[END_OF_BLOCK]!, this.#literalLengths[END_OF_BLOCK]!);
  }
}

/** Writes the empty last block of a stream. */
export function writeLastBlock(put: PutBits): void {
  put(LAST_FIXED_BLOCK, 3);
  put(0, 7);
}

/** Counts of a block without symbols, except for the end of the block. */
export function noCounts(): SymbolCounts {
  const literals = new Uint32Array(LITERAL_SYMBOLS);
  literals[END_OF_BLOCK] = 1;
  return { literals, distances: new Uint32Array(DISTANCE_SYMBOLS) };
}
