import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRecordOffsets, jsonlRecordOffsets } from '#core/tables/text/record-offsets.ts';
import { csvTexts, PLAIN } from './csv/arbitrary-csv.ts';
import { readNaively } from './csv/naive-csv.ts';
import { piecesOf } from './pieces-of.ts';

describe('csvRecordOffsets', () => {
  it('finds every record that is wanted', async () => {
    const shape = { format: PLAIN, columns: 2 };
    const property = fc.asyncProperty(
      csvTexts(2),
      fc.constantFrom(1, 63, 64, 1000),
      fc.integer({ min: 1, max: 4 }),
      async (text, pieceBytes, step) => {
        const bytes = Buffer.from(text);
        const naive = readNaively(bytes.toString('latin1'), shape);
        if ('fault' in naive) return;
        const ordinals = naive.starts.map((_, k) => k).filter((k) => k % step === step - 1);
        const pieces = piecesOf(bytes, pieceBytes);
        const found = await Array.fromAsync(
          csvRecordOffsets(shape, pieces, { start: 50, ordinals }),
        );
        expect(found).toEqual(ordinals.map((k) => 50 + naive.starts[k]!));
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  it('takes the densest text, and reads no further than it must', async () => {
    const shape = { format: PLAIN, columns: 1 };
    const ordinals = [0, 65_535, 65_536, 150_000];
    async function* pieces() {
      yield Buffer.alloc(200_000, '\n');
      throw new Error('one piece too many');
    }
    const found = await Array.fromAsync(csvRecordOffsets(shape, pieces(), { start: 0, ordinals }));
    expect(found).toEqual(ordinals);
    const none = csvRecordOffsets(shape, pieces(), { start: 0, ordinals: [] });
    expect(await Array.fromAsync(none)).toEqual([]);
  });
});

describe('jsonlRecordOffsets', () => {
  it('finds every object that is wanted', async () => {
    const bytes = Buffer.from('\ufeff{"a":1}\n\r\n  {"a":2}\n{"a":3}');
    for (const pieceBytes of [1, 1000]) {
      const find = (start: number, from: number, ordinals: number[]) => {
        const pieces = piecesOf(bytes.subarray(from), pieceBytes);
        return Array.fromAsync(jsonlRecordOffsets({ columns: [] }, pieces, { start, ordinals }));
      };
      expect(await find(0, 0, [0, 1, 2])).toEqual([3, 15, 23]);
      expect(await find(11, 11, [1])).toEqual([23]);
    }
  });
});
