import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openEncoderRoom } from '#core/outputs/encoder-room.ts';
import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import { cutSlice, matrices } from '#support/arbitrary-matrix.ts';
import { encodeOutput, factsOfSlice } from '#support/encode-output.ts';

/** Formats whose unstored cells are 0, plain where they can be. */
const PLAIN: readonly MatrixOutputSpec[] = [
  { kind: 'svmlight', zeroBased: true, compression: 'none' },
  { kind: 'npz' },
  { kind: 'mtx', compression: 'none' },
  { kind: 'recordio-protobuf', tensor: 'float32', compression: 'none' },
  { kind: 'recordio-protobuf', tensor: 'float64', compression: 'none' },
];

const ALL = PLAIN.flatMap((spec): MatrixOutputSpec[] =>
  'compression' in spec ? [spec, { ...spec, compression: 'gzip' } as const] : [spec],
);

const FACTS: MatrixInfo = { shape: [3, 1000], dtype: 'float64', nnz: 5 };

const nameOf = (spec: MatrixOutputSpec) => JSON.stringify(spec);

async function* oneBlock(bytes: Uint8Array) {
  yield bytes;
}

describe.each(ALL.map((spec) => [nameOf(spec), spec] as const))('%s', (_, spec) => {
  const output = matrixOutputOf(spec);

  it('is the same for any slices and any part buffers, within its bounds', () => {
    fc.assert(
      fc.property(
        matrices,
        fc.array(fc.nat(12), { maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 3 }),
        ({ slice, options }, cuts, partBytes) => {
          const facts = factsOfSlice(slice, options);
          // Each slice is used up.
          const copy = () => cutSlice(slice, []);
          const whole = encodeOutput(spec, facts, copy());
          expect(encodeOutput(spec, facts, cutSlice(slice, cuts), partBytes)).toEqual(whole);
          const { min, max } = output.bounds(facts);
          const { bytes } = whole.content ?? { bytes: whole.bytes.length };
          expect(bytes).toBeGreaterThanOrEqual(min);
          expect(bytes).toBeLessThanOrEqual(max);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is checked by its content, and has as many records as rows', async () => {
    const [facts, slices] = sample();
    const { bytes, content } = encodeOutput(spec, facts, slices);
    const found = await output.check(oneBlock(bytes), 'chunk');
    expect(found).toMatchObject(content ?? { bytes: bytes.length });
    const pieces = await Array.fromAsync(output.content(oneBlock(bytes), 'chunk'));
    expect(Buffer.concat(pieces)).toEqual(output.isCompressed ? gunzipSync(bytes) : bytes);
    expect(output.recordCount({ index: 1, rowStart: 3, rowEnd: 9 }, 0)).toBe(6);
  });

  it('says its settings, has no names, and bounds what a writer holds', () => {
    expect(output.describe()).toMatchObject({ 'output.format': spec.kind });
    expect(output.beginsWithNames(0)).toBe(false);
    const { mostBytes = Number.POSITIVE_INFINITY } = output;
    expect(output.automaticTarget(FACTS).bytes).toBeLessThanOrEqual(mostBytes);
    const room = openEncoderRoom({ count: 0, bytes: 0 });
    const names = output.createEncoder(FACTS, room, new Uint8Array(99)).header(['a']);
    expect(names.next(new Uint8Array(99)).done).toBe(true);
  });

  it('refuses what its readers would take for something else', () => {
    expect(output.problem?.(FACTS)).toBeUndefined();
    expect(output.problem?.({ ...FACTS, fillValue: 'NaN' })).toBe(
      `what is not stored is NaN, but readers of ${spec.kind} take it for 0; give output.format csv, or a matrix that is filled with 0`,
    );
    const columnTypes = { groups: [{ dtype: 'int8', columns: 3 } as const], crc32: '00000000' };
    expect(output.problem?.({ ...FACTS, columnTypes })).toMatch(/^the columns have 1 groups of/);
  });
});

function sample() {
  const [matrix] = fc.sample(matrices, { numRuns: 1, seed: 7 });
  const { slice, options } = matrix!;
  return [factsOfSlice(slice, options), cutSlice(slice, [])] as const;
}
