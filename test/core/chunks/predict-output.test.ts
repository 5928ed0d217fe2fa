import { describe, expect, it } from 'vitest';
import { bytesAt, encodingOf, predictOutput } from '#core/chunks/predict-output.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { MatrixOutputSpec } from '#core/outputs/output-kinds.ts';
import { requestSchema } from '#core/request/request-schema.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { diagonal, wholeBytes } from './diagonal.ts';

const GZIP = { ...PLAIN_CSV, compression: 'gzip' } as const;

/** The spec of an output as a request asks for it. */
function specOf(output: object): MatrixOutputSpec {
  return requestSchema.parse({ source: { uri: 's3://bucket/k' }, output }).output.spec;
}

const OTHERS = [
  { format: 'svmlight', zeroBased: true },
  { format: 'svmlight', zeroBased: true, compression: 'gzip' },
  { format: 'npz' },
  { format: 'mtx' },
  { format: 'recordio-protobuf' },
  { format: 'parquet' },
];

describe('predictOutput', () => {
  it('is exact where all rows are few, with the names of the columns in the first chunk', async () => {
    const few = await diagonal(50, 30);
    const { text, stored } = await predictOutput({ ...few, output: PLAIN_CSV });
    const held = { chunks: 1, rows: 50, entries: 50 };
    expect(bytesAt(text, held)).toBeCloseTo(await wholeBytes(few, PLAIN_CSV), 6);
    expect(stored).toEqual(text);
    const dialect = { ...PLAIN_CSV.dialect, header: 'first-chunk' } as const;
    const named = await predictOutput({ ...few, output: { ...PLAIN_CSV, dialect } });
    const names = Array.from({ length: 30 }, (_, column) => `${column}`).join(',');
    expect(named.text.header).toBe(names.length + 1);
  });

  it('comes near to text of which it encodes a part, and to its gzip', async () => {
    const many = await diagonal(400_000, 200, (row) => row / 7);
    const held = { chunks: 1, rows: 400_000, entries: 400_000 };
    for (const [output, share] of [
      [PLAIN_CSV, 0.005],
      [GZIP, 0.05],
    ] as const) {
      const { stored } = await predictOutput({ ...many, output });
      const bytes = await wholeBytes(many, output);
      expect(Math.abs(bytesAt(stored, held) / bytes - 1)).toBeLessThan(share);
    }
  });

  it.each(OTHERS)('comes near to %j', async (asked) => {
    const output = specOf(asked);
    const many = await diagonal(60_000, 50, (row) => Math.floor(row ** 1.5) / 8);
    const held = { chunks: 1, rows: 60_000, entries: 60_000 };
    const { stored } = await predictOutput({ ...many, output });
    const share = bytesAt(stored, held) / (await wholeBytes(many, output));
    expect(Math.abs(share - 1)).toBeLessThan(0.05);
  });

  it('is nothing without rows, and counts rows without entries', async () => {
    const none = await diagonal(0, 3);
    const { text } = await predictOutput({ ...none, output: PLAIN_CSV });
    expect(bytesAt(text, { chunks: 1, rows: 0, entries: 0 })).toBe(0);
  });

  it('lies between the bounds where rows are damaged, and says why', async () => {
    const few = await diagonal(50, 30);
    const [placed] = few.source.parts;
    const { part } = placed!;
    const damaged = { ...part, shape: [50, 3] as const };
    const source = { ...few.source, parts: [{ rowStart: 0, part: damaged }] };
    const { text, problem } = await predictOutput({ ...few, source, output: PLAIN_CSV });
    expect(problem).toMatch(/column/);
    expect(text.perRow).toBeGreaterThan(30 * 2);
  });

  it('ends where the source cannot be read', async () => {
    const few = await diagonal(50, 30);
    const read = () => Promise.reject(new Error('gone'));
    const [placed] = few.source.parts;
    const { part } = placed!;
    const indices = { ...part.indices, source: { ...part.indices.source, read } };
    const source = { ...few.source, parts: [{ rowStart: 0, part: { ...part, indices } }] };
    const predicted = predictOutput({ ...few, source, output: PLAIN_CSV });
    await expect(predicted).rejects.toThrow('gone');
    await expect(predicted).rejects.not.toThrow(CorruptSourceError);
  });
});

describe('encodingOf', () => {
  it.each([
    ['plain', PLAIN_CSV, 200],
    ['entries', GZIP, 200],
    ['compressed', GZIP, 2],
    ['compressed', specOf({ format: 'svmlight', zeroBased: true, compression: 'gzip' }), 200],
  ] as const)('is %s', async (encoding, output, columns) => {
    const { facts } = await diagonal(10, columns);
    expect(encodingOf(facts, output)).toBe(encoding);
  });
});
