/** Most bits of a code word in deflate. */
export const MAX_BITS = 15;

/** A node of the tree: a symbol, or the sum of two other nodes. */
interface Node {
  readonly weight: number;
  readonly symbol: number;
  readonly children: readonly [Node, Node] | undefined;
}

/**
 * Takes the lighter of the first nodes of both queues. If they are equal it takes the leaf, which
 * keeps the tree low.
 */
function takeLightest(leaves: Node[], sums: Node[]): Node {
  const [leaf] = leaves;
  const [sum] = sums;
  const fromLeaves = sum === undefined || (leaf !== undefined && leaf.weight <= sum.weight);
  return (fromLeaves ? leaves : sums).shift()!;
}

/** Writes the depth of each symbol below `node`; returns the greatest depth. */
function writeDepths(node: Node, depth: number, depths: Uint8Array): number {
  if (node.children === undefined) {
    depths[node.symbol] = depth;
    return depth;
  }
  const [left, right] = node.children;
  return Math.max(writeDepths(left, depth + 1, depths), writeDepths(right, depth + 1, depths));
}

function sortedLeaves(counts: Uint32Array): Node[] {
  const leaves: Node[] = [];
  for (const [symbol, weight] of counts.entries()) {
    if (weight > 0) leaves.push({ weight, symbol, children: undefined });
  }
  return leaves.sort((a, b) => a.weight - b.weight || a.symbol - b.symbol);
}

/**
 * Lengths of a Huffman code: 1 to `maxBits` bits for each symbol that occurs, 0 for any other.
 *
 * If the best code has longer words, the counts are halved until it has not. The stream is then at
 * most a few per mille longer.
 *
 * @param counts at least two of them are not 0.
 */
export function codeLengths(counts: Uint32Array, maxBits: number): Uint8Array {
  const lengths = new Uint8Array(counts.length);
  for (
    let weights = counts;
    ;
    weights = weights.map((count) => (count > 0 ? (count >> 1) | 1 : 0))
  ) {
    const leaves = sortedLeaves(weights);
    const sums: Node[] = [];
    while (leaves.length + sums.length > 1) {
      const pair = [takeLightest(leaves, sums), takeLightest(leaves, sums)] as const;
      sums.push({ weight: pair[0].weight + pair[1].weight, symbol: -1, children: pair });
    }
    if (writeDepths(sums[0]!, 0, lengths) <= maxBits) return lengths;
  }
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
