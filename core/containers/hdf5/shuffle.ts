/** Interleaves four planes of bytes into every `stride`-th word, at some 1 GB/s. */
function interleave4(bytes: Uint8Array, words: Uint32Array, first: number, stride: number): void {
  const items = words.length / stride;
  const b0 = bytes.subarray(first * items);
  const b1 = bytes.subarray((first + 1) * items);
  const b2 = bytes.subarray((first + 2) * items);
  const b3 = bytes.subarray((first + 3) * items);
  for (let i = 0, word = first >> 2; i < items; i++, word += stride) {
    words[word] = b0[i]! | (b1[i]! << 8) | (b2[i]! << 16) | (b3[i]! << 24);
  }
}

function interleave2(bytes: Uint8Array, words: Uint16Array): void {
  const high = bytes.subarray(words.length);
  for (let i = 0; i < words.length; i++) words[i] = bytes[i]! | (high[i]! << 8);
}

function interleaveAny(bytes: Uint8Array, out: Uint8Array, itemBytes: number): void {
  const items = Math.floor(bytes.length / itemBytes);
  for (let plane = 0; plane < itemBytes; plane++) {
    for (let i = 0; i < items; i++) out[i * itemBytes + plane] = bytes[plane * items + i]!;
  }
  out.set(bytes.subarray(items * itemBytes), items * itemBytes);
}

/**
 * Undoes HDF5's shuffle filter, which stores the first bytes of all elements, then all second
 * bytes, and so on. Bytes after the last whole element stay where they are.
 */
export function unshuffle(bytes: Uint8Array, itemBytes: number): Uint8Array {
  if (itemBytes <= 1) return bytes;
  const out = new Uint8Array(bytes.length);
  const isWhole = bytes.length % itemBytes === 0;
  if (isWhole && itemBytes === 2) interleave2(bytes, new Uint16Array(out.buffer));
  else if (isWhole && (itemBytes === 4 || itemBytes === 8)) {
    const words = new Uint32Array(out.buffer);
    for (let first = 0; first < itemBytes; first += 4) {
      interleave4(bytes, words, first, itemBytes >> 2);
    }
  } else interleaveAny(bytes, out, itemBytes);
  return out;
}
