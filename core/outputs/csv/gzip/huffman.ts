/** Most bits of a code word in deflate. */
export const MAX_BITS = 15;

/** Most symbols of a code of deflate. */
const MOST_SYMBOLS = 288;

// The nodes of a tree: first the symbols that occur, the lightest first, then sums of two nodes in
// the order in which they are made, of which none is lighter than the one before. The room is kept
// from one tree to the next: a code is made for every block, and objects for its nodes took longer.

/** Of each symbol that occurs its weight, and the symbol in the lower nine bits. */
const KEYS = new Float64Array(MOST_SYMBOLS);
const WEIGHTS = new Float64Array(2 * MOST_SYMBOLS);
const PARENTS = new Uint16Array(2 * MOST_SYMBOLS);
const DEPTHS = new Uint16Array(2 * MOST_SYMBOLS);
const SYMBOLS_OF_KEY = 512;

/** Puts the symbols that occur in order; equal ones by their number. Returns how many they are. */
function sortSymbols(counts: Uint32Array): number {
  let leaves = 0;
  for (let symbol = 0; symbol < counts.length; symbol += 1) {
    if (counts[symbol]! > 0) KEYS[leaves++] = counts[symbol]! * SYMBOLS_OF_KEY + symbol;
  }
  KEYS.subarray(0, leaves).sort();
  for (let i = 0; i < leaves; i += 1) WEIGHTS[i] = Math.floor(KEYS[i]! / SYMBOLS_OF_KEY);
  return leaves;
}

/** Makes the tree of so many symbols; returns its greatest depth. */
function makeTree(leaves: number): number {
  const root = 2 * leaves - 2;
  let [leaf, sum] = [0, leaves];
  for (let next = leaves; next <= root; next += 1) {
    let weight = 0;
    for (let child = 0; child < 2; child += 1) {
      // The lighter of the first ones; of equal ones the symbol, which keeps the tree low.
      const isLeaf = sum === next || (leaf < leaves && WEIGHTS[leaf]! <= WEIGHTS[sum]!);
      const node = isLeaf ? leaf++ : sum++;
      weight += WEIGHTS[node]!;
      PARENTS[node] = next;
    }
    WEIGHTS[next] = weight;
  }
  DEPTHS[root] = 0;
  for (let node = root - 1; node >= 0; node -= 1) DEPTHS[node] = DEPTHS[PARENTS[node]!]! + 1;
  // The lightest symbol is one of the deepest.
  return DEPTHS[0]!;
}

/**
 * Lengths of a Huffman code: 1 to `maxBits` bits for each symbol that occurs, 0 for any other.
 *
 * If the best code has longer words, the counts are halved until it has not. The stream is then at
 * most a few per mille longer.
 *
 * @param counts of at most 288 symbols; at least two of them are not 0.
 */
export function codeLengths(counts: Uint32Array, maxBits: number): Uint8Array {
  let weights = counts;
  let leaves = sortSymbols(weights);
  while (makeTree(leaves) > maxBits) {
    weights = weights.map((count) => (count > 0 ? (count >> 1) | 1 : 0));
    leaves = sortSymbols(weights);
  }
  const lengths = new Uint8Array(counts.length);
  for (let i = 0; i < leaves; i += 1) lengths[KEYS[i]! % SYMBOLS_OF_KEY] = DEPTHS[i]!;
  return lengths;
}

function reversed(code: number, bits: number): number {
  let result = 0;
  for (let i = 0; i < bits; i += 1) result |= ((code >> i) & 1) << (bits - 1 - i);
  return result;
}

/**
 * The canonical code of these lengths. The bits of each word are reversed, as the stream needs
 * them.
 * @see https://www.rfc-editor.org/rfc/rfc1951 section 3.2.2
 */
export function canonicalCode(lengths: Uint8Array): Uint16Array {
  const words = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) words[length]! += 1;
  words[0] = 0;
  const next = new Uint16Array(MAX_BITS + 1);
  for (let bits = 1; bits <= MAX_BITS; bits += 1) {
    next[bits] = (next[bits - 1]! + words[bits - 1]!) << 1;
  }
  return Uint16Array.from(lengths, (bits) => {
    if (bits === 0) return 0;
    const word = next[bits]!;
    next[bits] = word + 1;
    return reversed(word, bits);
  });
}
