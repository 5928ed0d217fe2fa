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

/** Characters that stored values are written with. */
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

/** The place behind the digits: a lead without one. */
const NO_DIGIT = 10;

/** Things of one kind that the module writes: how often each was written, and how to write it. */
interface Table {
  readonly counts: Uint32Array;
  /** Pairs of words: the lower 32 bits; the upper 24 bits, and in the topmost byte their number. */
  readonly codes: Uint32Array;
}

function setCode({ codes }: Table, index: number, { low, high, count }: BitString): void {
  codes[2 * index] = low;
  codes[2 * index + 1] = high | (count << 24);
}

/** The tables of the module by which it writes a block, in terms of deflate's own symbols. */
export class DeflateTables {
  /** Bytes that can be literals. */
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
    // Cells of one byte have no leads: those would be shorter than a match can be.
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

  /** Counts of what was written since the last call, and at least one of whatever can be written. */
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
    // A code has two symbols at least.
    for (const symbol of [0, 1]) distances[symbol] = Math.max(1, distances[symbol]!);
    distances[distanceSymbol(this.#unitBytes).symbol]! += 1;
    for (const table of [this.#literals, this.#runs, this.#leads, this.#patches]) {
      table.counts.fill(0);
    }
    return counts;
  }

  /** Lets the module write by this code. */
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

  /** Bytes that repeat the cell before them. */
  #run(length: number): Match {
    return { length, distance: this.#unitBytes };
  }

  /** What follows a text of so many bytes, and was before it too. */
  #lead(bytes: number): Match {
    return { length: this.#unitBytes + 1, distance: this.#unitBytes + 1 + bytes };
  }
}
