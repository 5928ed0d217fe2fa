// Terms of the gzip encoder, here and in `../wasm/assembly/deflate.as`, which writes the stream.
// The examples are rows of counts, whose unstored cells print `0`:
//
//   unit       an unstored cell and its delimiter: `0,`, of `unitBytes` bytes. Most of the text is
//              units, one after the other.
//   run        a match that repeats units: it has the distance of one unit, so it copies the cell
//              before it again and again, 3 to 258 bytes.
//   lead       the match after a stored value that was written as literals. The delimiter after the
//              value and the unit after that (`,0,`) are also what lies before the value, so a lead
//              has a length of `unitBytes + 1`, and that plus the bytes of the value as distance.
//   patch      a stored value of one digit, whose text differs from an unstored cell in the first
//              byte only: `7` in place of `0`, or `7.0` in place of `0.0`.
//   patch lead the match after the digit of a patch: the rest of its cell and the next unit, copied
//              from two units before. The digit is held back and written together with this match,
//              so the module has one code for both.
//   NO_DIGIT   index, after those of the ten digits, of a patch lead without a digit before it. It
//              begins a row: there the line end takes the place of a digit that differs.
//
// The module counts how often it writes each of these. Between two blocks the counts become those
// of deflate's own symbols, from which the Huffman code of the next block is made.

import { type CellOptions, implicitText, naText } from '#core/outputs/csv/implicit-text.ts';
import { maxCellBytes } from '#core/outputs/csv/text-bounds.ts';
import { WIDE_TYPES, type WideType } from '#core/outputs/csv/wasm/entry-windows.ts';
import type { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import {
  type BitString,
  type BlockCode,
  type Match,
  noCounts,
  type SymbolCounts,
} from './block-code.ts';
import { distanceSymbol, lengthSymbol, MAX_MATCH, MIN_MATCH } from './deflate-symbols.ts';

/** Characters that texts of stored values have. */
const ALPHABETS: Readonly<Record<WideType, string>> = {
  Bool: 'TrueFals',
  Int32: '-0123456789',
  Uint32: '0123456789',
  Int64: '-0123456789',
  Uint64: '0123456789',
  Float64: '-.0123456789e+inf',
};

const LITERALS = 256;
const DIGIT_ZERO = 0x30;

/** Index of a patch lead without a digit, after those of the digits. */
const NO_DIGIT = 10;

/**
 * What the module writes of one kind, such as all runs: by index how often it was written, and its
 * code.
 */
interface Table {
  readonly counts: Uint32Array;
  /**
   * Two words per code: its lower 32 bits; its upper 24 bits, with the number of all bits in the
   * highest byte.
   */
  readonly codes: Uint32Array;
}

function setCode({ codes }: Table, index: number, { low, high, count }: BitString): void {
  codes[2 * index] = low;
  codes[2 * index + 1] = high | (count << 24);
}

/**
 * Translates between the module's tables, of literals, runs, leads and patches, and deflate's own
 * symbols.
 */
export class DeflateTables {
  /** Bytes that may be written as literals. */
  readonly #alphabet: Uint8Array;
  readonly #unitBytes: number;
  readonly #literals: Table;
  readonly #runs: Table;
  readonly #leads: Table;
  readonly #patches: Table;
  readonly #patchLead: Match;

  constructor({ exports }: Kernel, options: CellOptions) {
    const utf8 = new TextEncoder();
    const unit = implicitText(options) + options.dialect.delimiter;
    const unitBytes = utf8.encode(unit).length;
    const text = `\n${unit}${naText(options)}${ALPHABETS[WIDE_TYPES[options.dtype]]}`;
    const table = (codes: number, counts: number, size: number): Table => ({
      counts: new Uint32Array(exports.memory.buffer, counts, size).fill(0),
      codes: new Uint32Array(exports.memory.buffer, codes, 2 * size),
    });
    const { LITERAL_CODES, LITERAL_COUNTS, RUN_CODES, RUN_COUNTS } = exports;
    const { LEAD_CODES, LEAD_COUNTS, PATCH_CODES, PATCH_COUNTS } = exports;
    // Units of one byte have no leads: these would be shorter than the shortest match.
    const hasLeads = unitBytes > 1;
    const texts = hasLeads ? maxCellBytes(options) + 1 : 0;
    this.#alphabet = new Uint8Array(new Set(utf8.encode(text)));
    this.#unitBytes = unitBytes;
    this.#literals = table(LITERAL_CODES.value, LITERAL_COUNTS.value, LITERALS);
    this.#runs = table(RUN_CODES.value, RUN_COUNTS.value, MAX_MATCH + 1);
    this.#leads = table(LEAD_CODES.value, LEAD_COUNTS.value, texts);
    this.#patches = table(PATCH_CODES.value, PATCH_COUNTS.value, hasLeads ? NO_DIGIT + 1 : 0);
    this.#patchLead = { length: 2 * unitBytes - 1, distance: 2 * unitBytes };
  }

  /**
   * Counts of the symbols that were written since the last call. A symbol that may be needed counts
   * at least once, so that every code has a word for it.
   */
  takeCounts(): SymbolCounts {
    const counts = noCounts();
    const { literals, distances } = counts;
    const add = ({ length, distance }: Match, times: number) => {
      const { symbol } = lengthSymbol(length);
      literals[symbol] = Math.max(1, literals[symbol]! + times);
      distances[distanceSymbol(distance).symbol]! += times;
    };
    for (const byte of this.#alphabet) literals[byte] = Math.max(1, this.#literals.counts[byte]!);
    for (let length = MIN_MATCH; length <= MAX_MATCH; length += 1) {
      add(this.#run(length), this.#runs.counts[length]!);
    }
    for (const [bytes, times] of this.#leads.counts.entries()) add(this.#lead(bytes), times + 1);
    for (const [digit, times] of this.#patches.counts.entries()) {
      if (digit < NO_DIGIT) literals[DIGIT_ZERO + digit]! += times;
      add(this.#patchLead, times + 1);
    }
    // A Huffman code needs at least two symbols.
    for (const symbol of [0, 1]) distances[symbol] = Math.max(1, distances[symbol]!);
    distances[distanceSymbol(this.#unitBytes).symbol]! += 1;
    for (const table of [this.#literals, this.#runs, this.#leads, this.#patches]) {
      table.counts.fill(0);
    }
    return counts;
  }

  /** Makes the module write with this code. */
  use(code: BlockCode): void {
    for (const byte of this.#alphabet) setCode(this.#literals, byte, code.literal(byte));
    for (let length = MIN_MATCH; length <= MAX_MATCH; length += 1) {
      setCode(this.#runs, length, code.match(this.#run(length)));
    }
    for (const bytes of this.#leads.counts.keys()) {
      setCode(this.#leads, bytes, code.match(this.#lead(bytes)));
    }
    for (const digit of this.#patches.counts.keys()) {
      const before = digit < NO_DIGIT ? code.literal(DIGIT_ZERO + digit) : undefined;
      setCode(this.#patches, digit, code.match(this.#patchLead, before));
    }
  }

  /** The match of a run of `length` bytes. */
  #run(length: number): Match {
    return { length, distance: this.#unitBytes };
  }

  /** The match of the lead after a value whose text has `bytes` bytes. */
  #lead(bytes: number): Match {
    return { length: this.#unitBytes + 1, distance: this.#unitBytes + 1 + bytes };
  }
}
