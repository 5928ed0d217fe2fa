import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { CONTRACT_VERSION } from '#core/contract.ts';
import { BlockCode, noCounts, writeLastBlock } from '#core/outputs/csv/gzip/block-code.ts';

/** Collects bits as deflate packs them. */
function createBits() {
  const bits: number[] = [];
  return {
    put(value: number, count: number): void {
      for (let i = 0; i < count; i += 1) bits.push((value >>> i) & 1);
    },
    bytes(): Uint8Array {
      const bytes = new Uint8Array(Math.ceil(bits.length / 8));
      for (const [i, bit] of bits.entries()) bytes[i >> 3]! |= bit << (i & 7);
      return bytes;
    },
  };
}

/** The same numbers each time: in [0, below). */
function createNumbers(): (below: number) => number {
  let state = 7;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

/** A text of bytes below `letters`, each `gap` apart, and a code for it alone. */
function sample(letters: number, gap: number, size: number, next: (below: number) => number) {
  const counts = noCounts();
  const text = Uint8Array.from({ length: size }, () => (gap * next(letters)) % 256);
  for (const byte of text) counts.literals[byte]! += 1 + next(9);
  for (let i = 0; i < 2 + next(8); i += 1) counts.distances[next(30)]! += 1 + next(100);
  counts.distances[0]! += 1;
  counts.distances[1]! += 1;
  return { text, code: BlockCode.of(counts) };
}

const next = createNumbers();
const SAMPLES = [1, 2, 3, 4, 7, 11, 40, 150, 256].flatMap((letters) =>
  [1, 2, 3, 5, 12, 70].map((gap) => ({
    name: `${letters} letters, ${gap} apart`,
    ...sample(letters, gap, 40 + 3 * letters, next),
  })),
);

// Other bytes here mean that CONTRACT_VERSION has to be raised, never that the file may be edited.
test('codes of blocks are written as the contract has it, and as an inflater reads them', async () => {
  const digests: Record<string, string> = {};
  for (const { name, text, code } of SAMPLES) {
    const { put, bytes } = createBits();
    code.writeHeader(put);
    for (const byte of text) {
      const { low, count } = code.literal(byte);
      put(low, count);
    }
    code.writeEnd(put);
    writeLastBlock(put);
    expect(inflateRawSync(bytes()), name).toEqual(Buffer.from(text));
    digests[name] = createHash('sha256').update(bytes()).digest('hex').slice(0, 32);
  }
  const kept = `${JSON.stringify(digests, undefined, 2)}\n`;
  const file = `contract-${CONTRACT_VERSION}.block-codes.json`;
  await expect(kept).toMatchFileSnapshot(`../../../../fixtures/gzip/${file}`);
});
