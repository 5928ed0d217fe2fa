import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { createChunkEncoder } from '#core/outputs/csv/create-chunk-encoder.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { openKernel } from '#core/outputs/csv/wasm/kernel.ts';

type Parts = Generator<Uint8Array, void, Uint8Array>;

const kernel = openKernel({ count: 0, bytes: 0 });

/** A header line of `columns` names that come in batches, encoded into small parts. */
function encode(batches: readonly string[][], compression: Compression, withKernel: boolean) {
  const parts: Buffer[] = [];
  const take = (generator: Parts) => {
    let step = generator.next(new Uint8Array(0));
    while (step.done !== true) {
      parts.push(Buffer.from(step.value));
      step = generator.next(new Uint8Array(7));
    }
  };
  const encoder: ChunkEncoder = createChunkEncoder(withKernel ? kernel : undefined, {
    ...{ columns: batches.flat().length, dtype: 'int64', dialect: DEFAULT_DIALECT },
    ...{ density: { rows: 100, nnz: 1 }, buffer: new Uint8Array(7), compression },
  });
  for (const batch of batches) take(encoder.header(batch));
  if (encoder.end !== undefined) take(encoder.end());
  parts.push(Buffer.from(encoder.finish()));
  return { bytes: Buffer.concat(parts), content: encoder.content };
}

describe('a header line', () => {
  test('quotes names as pandas does', () => {
    const names = ['a,b', 'q"x', 'n\nl', 'c\rr', ' lead', 'é', '', '10', '10'];
    expect(encode([names], 'none', false).bytes.toString()).toBe(
      '"a,b","q""x","n\nl","c\rr", lead,é,,10,10\n',
    );
    expect(encode([['']], 'none', true).bytes.toString()).toBe('""\n');
    expect(encode([[]], 'none', true).bytes.toString()).toBe('\n');
  });

  test('has the same bytes in every encoder, whatever batches the names come in', () => {
    const batch = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 30 });
    const batches = fc.array(batch, { minLength: 1, maxLength: 5 });
    const ways = fc.constantFrom<Compression>('none', 'gzip');
    fc.assert(
      fc.property(batches, ways, fc.boolean(), (names, compression, withKernel) => {
        fc.pre(names.flat().length > 0 && names.at(-1)!.length > 0);
        const once = encode([names.flat()], compression, withKernel);
        expect(encode(names, compression, withKernel)).toEqual(once);
      }),
    );
  });
});
