import * as fc from 'fast-check';

/** A stream of bits, the lowest of each byte first, written without any thought of speed. */
export class BitWriter {
  readonly #bits: number[] = [];

  get length(): number {
    return this.#bits.length;
  }

  /** Lowest bit first, as numbers are. */
  number(value: number, bits: number): this {
    for (let i = 0; i < bits; i++) this.#bits.push((value >> i) & 1);
    return this;
  }

  /** Highest bit first, as Huffman codes are. */
  code(value: number, bits: number): this {
    for (let i = bits - 1; i >= 0; i--) this.#bits.push((value >> i) & 1);
    return this;
  }

  endByte(): this {
    while (this.#bits.length % 8 !== 0) this.#bits.push(0);
    return this;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8));
    for (const [i, bit] of this.#bits.entries()) bytes[i >> 3]! |= bit << (i & 7);
    return bytes;
  }
}

/** Lengths of codes by symbol, and how to write one. */
class HuffmanCode {
  readonly lengths: readonly number[];
  readonly #codes: readonly number[];

  constructor(lengths: readonly number[]) {
    this.lengths = lengths;
    const codes = lengths.map(() => 0);
    let code = 0;
    for (let bits = 1; bits <= 15; bits++) {
      for (const [symbol, length] of lengths.entries()) {
        if (length === bits) codes[symbol] = code++;
      }
      code <<= 1;
    }
    this.#codes = codes;
  }

  write(out: BitWriter, symbol: number): void {
    out.code(this.#codes[symbol]!, this.lengths[symbol]!);
  }
}

const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** All code lengths as codes of five bits: 0 to 15 leave half of them over for the repetitions. */
const PLAIN_LENGTHS = new HuffmanCode([...new Array(13).fill(4), 5, 5, 5, 5, 5, 5]);

/** Writes the header of a block with a code of its own, runs of zeros as repetitions. */
export function writeDynamicHeader(
  out: BitWriter,
  isLast: boolean,
  literals: readonly number[],
  distances: readonly number[],
): void {
  out.number(isLast ? 1 : 0, 1).number(2, 2);
  out
    .number(literals.length - 257, 5)
    .number(distances.length - 1, 5)
    .number(15, 4);
  for (const symbol of CODE_LENGTH_ORDER) out.number(PLAIN_LENGTHS.lengths[symbol]!, 3);
  const all = [...literals, ...distances];
  for (let at = 0; at < all.length; ) {
    let run = 1;
    while (run < 138 && all[at + run] === all[at]) run++;
    if (all[at] === 0 && run >= 11) {
      PLAIN_LENGTHS.write(out, 18);
      out.number(run - 11, 7);
    } else if (all[at] === 0 && run >= 3) {
      PLAIN_LENGTHS.write(out, 17);
      out.number(run - 3, 3);
    } else if (run >= 4) {
      run = Math.min(run, 7);
      PLAIN_LENGTHS.write(out, all[at]!);
      PLAIN_LENGTHS.write(out, 16);
      out.number(run - 4, 2);
    } else {
      run = 1;
      PLAIN_LENGTHS.write(out, all[at]!);
    }
    at += run;
  }
}

/** A complete code over some of the symbols: leaves of a tree that is split where `splits` says. */
function completeLengths(
  symbolCount: number,
  must: readonly number[],
  splits: readonly number[],
  order: readonly number[],
): number[] {
  const depths = [1, 1];
  for (const split of splits) {
    if (depths.length === symbolCount) break;
    const at = split % depths.length;
    const depth = depths[at]!;
    if (depth === 15) continue;
    depths.splice(at, 1, depth + 1, depth + 1);
  }
  const rest = order.filter((symbol) => symbol < symbolCount && !must.includes(symbol));
  const symbols = [...must, ...rest].slice(0, depths.length);
  const lengths = new Array<number>(symbolCount).fill(0);
  for (const [i, symbol] of symbols.entries()) lengths[symbol] = depths[i % depths.length]!;
  return lengths;
}

const allSymbols = (count: number) => Array.from({ length: count }, (_, i) => i);

const splits = fc.oneof(
  fc.array(fc.nat(1000), { maxLength: 400 }),
  // Deep trees: codes of all lengths to 15.
  fc.constant(new Array<number>(40).fill(0)),
  fc.array(fc.nat(3), { minLength: 20, maxLength: 300 }),
);

const code = (symbolCount: number, must: readonly number[]) =>
  fc
    .tuple(splits, fc.shuffledSubarray(allSymbols(symbolCount), { minLength: symbolCount }))
    .map(([cuts, order]) => completeLengths(symbolCount, must, cuts, order));

/** One symbol to write: which of those that have a code, and its extra bits. */
const picks = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 300 });

/** A block of any code. */
export interface DynamicBlock {
  readonly literals: readonly number[];
  readonly distances: readonly number[];
  readonly picks: readonly (readonly [symbol: number, distance: number, extra: number])[];
}

/**
 * Blocks with codes that no compressor would choose: of all lengths, for symbols it would never
 * use.
 */
export const dynamicBlocks: fc.Arbitrary<DynamicBlock> = fc.record({
  literals: code(286, [256]),
  distances: fc.oneof(code(30, []), fc.constant([0]), fc.constant([1])),
  picks,
});

const lengthExtra = (symbol: number) => {
  if (symbol < 265 || symbol === 285) return 0;
  return (symbol - 261) >> 2;
};
const distanceExtra = (symbol: number) => (symbol < 4 ? 0 : (symbol - 2) >> 1);

/** Writes blocks as one stream, the last of them marked as such; distances may reach too far. */
export function writeBlocks(blocks: readonly DynamicBlock[]): Uint8Array<ArrayBuffer> {
  const out = new BitWriter();
  for (const [i, block] of blocks.entries()) {
    writeDynamicHeader(out, i === blocks.length - 1, block.literals, block.distances);
    const literals = new HuffmanCode(block.literals);
    const distances = new HuffmanCode(block.distances);
    const known = allSymbols(286).filter((s) => s !== 256 && block.literals[s]! > 0);
    const reaches = allSymbols(30).filter((s) => (block.distances[s] ?? 0) > 0);
    for (const [pick, distancePick, extra] of block.picks) {
      const symbol = known[pick % known.length]!;
      if (symbol > 256 && reaches.length === 0) continue;
      literals.write(out, symbol);
      if (symbol < 256) continue;
      out.number(extra, lengthExtra(symbol));
      const distance = reaches[distancePick % reaches.length]!;
      distances.write(out, distance);
      out.number(extra >> 5, distanceExtra(distance));
    }
    literals.write(out, 256);
  }
  return out.endByte().bytes();
}
