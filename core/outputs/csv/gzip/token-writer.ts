import {
  type BitString,
  BlockCode,
  noCounts,
  type SymbolCounts,
  stepsOfBlock,
  writeLastBlock,
} from './block-code.ts';
import {
  DISTANCE_SYMBOLS,
  distanceSymbol,
  lengthSymbol,
  MAX_MATCH,
  MIN_MATCH,
} from './deflate-symbols.ts';

/** Codes of literals or matches: up to 24 bits each. */
interface Codes {
  readonly bits: Uint32Array;
  readonly sizes: Uint8Array;
}

const codesOf = (count: number): Codes => ({
  bits: new Uint32Array(count),
  sizes: new Uint8Array(count),
});

function setCode({ bits, sizes }: Codes, index: number, low: number, count: number): void {
  bits[index] = low;
  sizes[index] = count;
}

/** Most bits that are written at once. */
const MOST_BITS = 24;

/** The same bits in as few pieces as are possible. */
function joined(codes: readonly BitString[]): BitString[] {
  const pieces: BitString[] = [];
  for (const code of codes) {
    const last = pieces.at(-1);
    if (last === undefined || last.count + code.count > MOST_BITS) pieces.push(code);
    else {
      const low = last.low | (code.low << last.count);
      pieces[pieces.length - 1] = { low, high: 0, count: last.count + code.count };
    }
  }
  return pieces;
}

/**
 * Writes literals and matches of a few distances as deflate blocks. The first block has the fixed
 * code, each other one the best code for the block before it, so nothing is read ahead.
 */
export class TokenWriter {
  /** Whole bytes that were written and not taken yet. */
  readonly stage: Uint8Array;
  /** Bytes of the stage that are filled. */
  at = 0;
  readonly #alphabet: Uint8Array;
  readonly #units: readonly Uint8Array[];
  readonly #literals = codesOf(256);
  readonly #lengths = codesOf(MAX_MATCH + 1);
  /** Codes of length and distance, by unit and length; of size 0 where they do not fit together. */
  readonly #runs: Codes;
  readonly #backs: Codes;
  readonly #literalCounts = new Uint32Array(256);
  readonly #lengthCounts = new Uint32Array(MAX_MATCH + 1);
  readonly #runCounts: Uint32Array;
  readonly #unitCounts: Uint32Array;
  /** Codes of all distances, without their extra bits. */
  readonly #fars = codesOf(DISTANCE_SYMBOLS);
  readonly #farCounts = new Uint32Array(DISTANCE_SYMBOLS);
  /** The literals of each unit, in as few pieces as fit. */
  #unitCodes: readonly (readonly BitString[])[] = [];
  #buffer = 0;
  #used = 0;
  #code: BlockCode | undefined;
  #blocks = 0;
  #stepsLeft = 0;

  /**
   * @param alphabet bytes that may be written as literals.
   * @param units texts that repeat; a match has the length of one of them as its distance.
   */
  constructor(stageBytes: number, alphabet: Uint8Array, units: readonly Uint8Array[]) {
    this.stage = new Uint8Array(stageBytes);
    this.#alphabet = alphabet;
    this.#units = units;
    this.#backs = codesOf(units.length);
    this.#runs = codesOf(units.length * (MAX_MATCH + 1));
    this.#runCounts = new Uint32Array(units.length * (MAX_MATCH + 1));
    this.#unitCounts = new Uint32Array(units.length);
  }

  /** Begins a step. Blocks end after fixed numbers of them, whatever slices and parts there are. */
  step(): void {
    if (this.#stepsLeft === 0) this.#nextBlock();
    this.#stepsLeft -= 1;
  }

  literal(byte: number): void {
    this.#literalCounts[byte]! += 1;
    this.#put(this.#literals.bits[byte]!, this.#literals.sizes[byte]!);
  }

  /** Writes the unit of this number as literals. */
  unit(number: number): void {
    this.#unitCounts[number]! += 1;
    for (const { low, count } of this.#unitCodes[number]!) this.#put(low, count);
  }

  /** Writes the bytes `[from, to)` as literals. All state is in local variables, for speed. */
  text(bytes: Uint8Array, from: number, to: number): void {
    const { bits, sizes } = this.#literals;
    const counts = this.#literalCounts;
    const { stage } = this;
    let { at } = this;
    let buffer = this.#buffer;
    let used = this.#used;
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!;
      counts[byte]! += 1;
      buffer |= bits[byte]! << used;
      used += sizes[byte]!;
      stage[at] = buffer;
      stage[at + 1] = buffer >>> 8;
      at += used >> 3;
      buffer >>>= used & 24;
      used &= 7;
    }
    this.at = at;
    this.#buffer = buffer;
    this.#used = used;
  }

  /** Writes matches of `length` bytes in all, at least three, of the distance of this number. */
  run(length: number, distance: number): void {
    let left = length;
    while (left > MAX_MATCH) {
      const bytes = left - MAX_MATCH < MIN_MATCH ? MAX_MATCH - MIN_MATCH : MAX_MATCH;
      this.#match(bytes, distance);
      left -= bytes;
    }
    this.#match(left, distance);
  }

  /** Writes one match of any distance. */
  far(length: number, distance: number): void {
    const { symbol, extra, extraBits } = distanceSymbol(distance);
    this.#lengthCounts[length]! += 1;
    this.#farCounts[symbol]! += 1;
    this.#put(this.#lengths.bits[length]!, this.#lengths.sizes[length]!);
    this.#put(this.#fars.bits[symbol]!, this.#fars.sizes[symbol]!);
    this.#put(extra, extraBits);
  }

  /** Ends the stream. */
  end(): void {
    const put = (bits: number, count: number) => this.#put(bits, count);
    this.#code?.writeEnd(put);
    writeLastBlock(put);
    if (this.#used > 0) this.stage[this.at++] = this.#buffer;
  }

  #match(length: number, unit: number): void {
    const index = unit * (MAX_MATCH + 1) + length;
    this.#runCounts[index]! += 1;
    const size = this.#runs.sizes[index]!;
    if (size > 0) {
      this.#put(this.#runs.bits[index]!, size);
      return;
    }
    this.#put(this.#lengths.bits[length]!, this.#lengths.sizes[length]!);
    this.#put(this.#backs.bits[unit]!, this.#backs.sizes[unit]!);
  }

  /** Writes at most 24 bits; may change three bytes after them. */
  #put(bits: number, count: number): void {
    const word = this.#buffer | (bits << this.#used);
    const used = this.#used + count;
    const { stage, at } = this;
    stage[at] = word;
    stage[at + 1] = word >>> 8;
    stage[at + 2] = word >>> 16;
    this.at = at + (used >> 3);
    this.#buffer = word >>> (used & 24);
    this.#used = used & 7;
  }

  #nextBlock(): void {
    const put = (bits: number, count: number) => this.#put(bits, count);
    this.#code?.writeEnd(put);
    this.#code = this.#code === undefined ? BlockCode.fixed() : BlockCode.of(this.#takeCounts());
    this.#code.writeHeader(put);
    this.#use(this.#code);
    this.#stepsLeft = stepsOfBlock(this.#blocks);
    this.#blocks += 1;
  }

  /** Counts of the block; what may be needed counts at least once, so that it has a code. */
  #takeCounts(): SymbolCounts {
    const { literals, distances } = noCounts();
    for (const [number, unit] of this.#units.entries()) {
      for (const byte of unit) this.#literalCounts[byte]! += this.#unitCounts[number]!;
    }
    for (const byte of this.#alphabet) literals[byte] = Math.max(1, this.#literalCounts[byte]!);
    for (const unit of this.#units.keys()) this.#addRuns(unit, { literals, distances });
    for (let length = MIN_MATCH; length <= MAX_MATCH; length++) {
      const { symbol } = lengthSymbol(length);
      literals[symbol] = Math.max(1, literals[symbol]! + this.#lengthCounts[length]!);
    }
    for (const [symbol, times] of this.#farCounts.entries()) distances[symbol]! += times + 1;
    for (const counts of [this.#literalCounts, this.#lengthCounts]) counts.fill(0);
    for (const counts of [this.#runCounts, this.#farCounts, this.#unitCounts]) counts.fill(0);
    return { literals, distances };
  }

  #addRuns(unit: number, { literals, distances }: SymbolCounts): void {
    const back = distanceSymbol(this.#units[unit]!.length).symbol;
    for (let length = MIN_MATCH; length <= MAX_MATCH; length++) {
      const times = this.#runCounts[unit * (MAX_MATCH + 1) + length]!;
      literals[lengthSymbol(length).symbol]! += times;
      distances[back]! += times;
    }
  }

  #use(code: BlockCode): void {
    for (const byte of this.#alphabet) {
      const { low, count } = code.literal(byte);
      setCode(this.#literals, byte, low, count);
    }
    for (let length = MIN_MATCH; length <= MAX_MATCH; length++) {
      const { low, count } = code.length(length);
      setCode(this.#lengths, length, low, count);
    }
    for (const [unit, { length: distance }] of this.#units.entries()) {
      for (let length = MIN_MATCH; length <= MAX_MATCH; length++) {
        const { low, count } = code.match({ length, distance });
        const index = unit * (MAX_MATCH + 1) + length;
        setCode(this.#runs, index, low, count > MOST_BITS ? 0 : count);
      }
      const { low, count } = code.distance(distance);
      setCode(this.#backs, unit, low, count);
    }
    for (const symbol of this.#farCounts.keys()) {
      const { low, count } = code.distanceCode(symbol);
      setCode(this.#fars, symbol, low, count);
    }
    this.#unitCodes = this.#units.map((unit) =>
      joined([...unit].map((byte) => code.literal(byte))),
    );
  }
}
