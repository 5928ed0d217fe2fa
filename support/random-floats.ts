/** A seeded generator of 32 random bits: xorshift128, so that every run checks the same values. */
export function createRandomBits(seed: number): () => number {
  let [a, b, c, d] = [seed | 1, 0x9e3779b9, 0x243f6a88, 0xb7e15162];
  return () => {
    const mixed = a ^ (a << 11);
    a = b;
    b = c;
    c = d;
    d = d ^ (d >>> 19) ^ mixed ^ (mixed >>> 8);
    return d >>> 0;
  };
}

/**
 * Doubles with random bits. Every exponent is equally likely; subnormals and infinities are among
 * them. NaN is replaced by 0.
 */
export function randomFloats(count: number, bits: () => number): Float64Array {
  const words = new Uint32Array(2 * count);
  for (let i = 0; i < words.length; i += 1) words[i] = bits();
  return new Float64Array(words.buffer).map((value) => (Number.isNaN(value) ? 0 : value));
}

/**
 * Doubles as people write them: up to seven decimals, powers of two and their neighbours, whole
 * numbers.
 */
export function plainFloats(count: number, bits: () => number): Float64Array {
  const values = new Float64Array(count);
  const words = new BigInt64Array(values.buffer);
  for (let i = 0; i < count; i += 1) {
    const kind = i % 4;
    if (kind === 0) values[i] = (bits() - 2 ** 31) / 10 ** (bits() % 8);
    else if (kind === 1) words[i] = BigInt(bits() % 0x7fe) * 2n ** 52n + BigInt(bits() % 5) - 2n;
    else if (kind === 2) values[i] = bits() * 2 ** (bits() % 32);
    else values[i] = 10 ** ((bits() % 632) - 323);
    if (Number.isNaN(values[i])) values[i] = 0;
  }
  return values;
}
