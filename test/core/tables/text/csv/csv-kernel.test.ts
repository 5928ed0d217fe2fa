import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvShape, takeCsvKernel } from '#core/tables/text/csv/csv-kernel.ts';
import { csvTexts, damagedTexts, PLAIN } from './arbitrary-csv.ts';
import { type NaiveReading, readNaively } from './naive-csv.ts';

/** Reads a text given in Latin-1 with the kernel, in pieces. */
function readWithKernel(text: string, shape: CsvShape, pieceBytes: number): NaiveReading {
  const kernel = takeCsvKernel();
  kernel.start(shape);
  kernel.keepStarts();
  const bytes = Buffer.from(text, 'latin1');
  let read = '';
  const starts: number[] = [];
  let fault: ReturnType<typeof kernel.scan>;
  for (let at = 0; at < bytes.length && fault === undefined; at += pieceBytes) {
    fault = kernel.scan(bytes.subarray(at, at + pieceBytes), false);
    read += Buffer.from(kernel.text).toString('latin1');
    starts.push(...kernel.starts);
  }
  fault ??= kernel.scan(new Uint8Array(), true);
  if (fault === undefined) {
    fault = kernel.finish();
    read += Buffer.from(kernel.text).toString('latin1');
    starts.push(...kernel.starts);
  }
  const { records, errorOffset } = kernel;
  kernel.close();
  if (fault !== undefined) return { fault, at: errorOffset, records };
  return { records, starts, text: read };
}

const cases = fc.integer({ min: 1, max: 4 }).chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    text: fc.oneof(csvTexts(columns), damagedTexts(columns)),
    pieceBytes: fc.constantFrom(1, 7, 63, 64, 65, 200, 10_000),
    quotedNewlines: fc.boolean(),
    quote: fc.constantFrom('"', '"', '"', "'", ''),
  }),
);

describe('the kernel of CSV', () => {
  it('reads every text, whole or damaged, as a reader of single bytes does', () => {
    void fc.assert(
      fc.property(cases, ({ columns, text, pieceBytes, quotedNewlines, quote }) => {
        const latin = Buffer.from(text).toString('latin1');
        const shape = { format: { ...PLAIN, quotedNewlines, quote }, columns };
        const naive = readNaively(latin, shape);
        expect(readWithKernel(latin, shape, pieceBytes)).toEqual(naive);
      }),
      { numRuns: 2000 },
    );
  });

  it('bounds a record at its end and while it goes on', () => {
    const shape = { format: PLAIN, columns: 1, maxRecordBytes: 100 };
    const read = (bytes: number, pieceBytes: number) =>
      readWithKernel(`a\n${'x'.repeat(bytes)}\n`, shape, pieceBytes);
    for (const pieceBytes of [1, 50, 1000]) {
      expect(read(100, pieceBytes)).toMatchObject({ records: 2 });
      expect(read(101, pieceBytes)).toMatchObject({ fault: 'long-record', records: 1 });
      expect(read(100_000, pieceBytes)).toMatchObject({ fault: 'long-record', records: 1 });
    }
  });
});
