import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { findCut } from '#core/tables/text/csv/find-cut.ts';
import { proveCsv } from '#core/tables/text/csv/prove-csv.ts';
import { cutRecords, foolingText } from '#support/tables/cut-texts.ts';
import { piecesOf } from '#test/core/tables/text/pieces-of.ts';
import { csvTexts, PLAIN } from './arbitrary-csv.ts';
import { readNaively } from './naive-csv.ts';

const SHAPE = { format: PLAIN, columns: 3 };

/** Reads a text slice by slice, each from one cut to the next. */
async function readCut(text: Uint8Array, cuts: readonly number[]): Promise<string> {
  const ends = [...cuts, text.length];
  const out: Uint8Array[] = [];
  let start = 0;
  for (const end of ends) {
    const slice = { ...SHAPE, uri: 'a.csv', start, isLast: end === text.length };
    const pieces = piecesOf(text.subarray(start, end), 5000);
    await proveCsv(slice, pieces, (bytes) => void out.push(bytes.slice()));
    start = end;
  }
  return Buffer.concat(out).toString();
}

describe('findCut', () => {
  it('finds true cuts at 1,000 places of a text with many quoted newlines', async () => {
    const made = { records: 6000, newlineShare: 0.3, padding: 30, seed: 1 };
    const text = Buffer.from([...cutRecords(made)].join(''));
    const naive = readNaively(Buffer.from(text).toString('latin1'), SHAPE);
    if ('fault' in naive) throw new Error(naive.fault);
    const source = memorySource(text);
    for (let k = 1; k <= 1000; k++) {
      const at = 1 + ((k * 7919 * 31) % (text.length - 1));
      const cut = await findCut(source, at, SHAPE, { firstBytes: 4096 });
      const expected = naive.starts.find((start) => start >= at) ?? text.length;
      expect(cut, `at ${at}`).toBe(expected);
    }
  });

  it('reads a text in slices as a whole', async () => {
    const made = { records: 2000, newlineShare: 0.3, padding: 30, seed: 2 };
    const text = Buffer.from([...cutRecords(made)].join(''));
    const source = memorySource(text);
    const cuts: number[] = [];
    for (let at = 3000; at < text.length; at += 3000) {
      cuts.push((await findCut(source, at, SHAPE))!);
    }
    expect(await readCut(text, cuts)).toBe(text.toString());
  });

  it('finds the next record from every byte, within doubled quotes and line ends too', async () => {
    const text = `1,"a\r\n""b""\n,,\n",x\r\n2,"","""\n"\n3,"\n1,2,3\n",\n4,y,"z"\n`.repeat(9);
    const naive = readNaively(text, SHAPE);
    if ('fault' in naive) throw new Error(naive.fault);
    const source = memorySource(Buffer.from(text));
    for (let at = 1; at <= text.length; at++) {
      const next = naive.starts.find((start) => start >= at) ?? text.length;
      expect(await findCut(source, at, SHAPE, { firstBytes: 200 }), `at ${at}`).toBe(next);
    }
  });

  it('puts blank lines before the cut', async () => {
    const source = memorySource(Buffer.from('1,2,3\r\n\r\n\n4,5,6\n7,8,9'));
    for (const at of [1, 7, 8, 9, 10]) expect(await findCut(source, at, SHAPE)).toBe(10);
    expect(await findCut(source, 11, SHAPE)).toBe(16);
    expect(await findCut(source, 17, SHAPE)).toBe(21);
  });

  it('cuts at any newline if the file quotes nothing', async () => {
    const source = memorySource(Buffer.from('1,"2,3\n4,"5,6\n'));
    const shape = { ...SHAPE, format: { ...PLAIN, quote: '' } };
    expect(await findCut(source, 2, shape)).toBe(7);
  });

  it('grows the window until a record is whole', async () => {
    const source = memorySource(Buffer.from(`1,"${'x\n'.repeat(3000)}",3\n4,5,6\n7,8,9\n`));
    expect(await findCut(source, 10, SHAPE, { firstBytes: 16 })).toBe(6007);
    const long = memorySource(Buffer.from(`1,"${'x\n'.repeat(1_500_000)}",3\n4,5,6\n`));
    expect(await findCut(long, 10, SHAPE)).toBe(3_000_007);
  });

  it('returns nothing where no window decides', async () => {
    // An empty field, a quoted one and an empty one, wherever the quotes are said to open.
    const both = memorySource(Buffer.from('",\n,'.repeat(1001)));
    expect(await findCut(both, 100, SHAPE, { firstBytes: 64, maxBytes: 256 })).toBeUndefined();
    const ragged = memorySource(Buffer.from('1,2\n'.repeat(100)));
    expect(await findCut(ragged, 100, SHAPE)).toBeUndefined();
    const quoted = memorySource(Buffer.from(`1,"${'x'.repeat(1000)}`));
    expect(await findCut(quoted, 100, SHAPE, { firstBytes: 64, maxBytes: 256 })).toBeUndefined();
  });

  it('ends in a named error where a file fools it, never in wrong records', async () => {
    const text = Buffer.from(foolingText(10_000));
    const source = memorySource(text);
    // The window lies within a quoted field and looks like records of three fields.
    const cut = await findCut(source, 60_000, SHAPE, { firstBytes: 1024 });
    expect(text.toString().slice(cut, cut! + 13)).toBe('1001,plain,1\n');
    const slices = readCut(text, [cut!]);
    await expect(slices).rejects.toThrow(CorruptSourceError);
    await expect(slices).rejects.toThrow(`at byte ${cut} no beginning of a record, where the plan`);
  });

  it('never reads a cut text otherwise than as a whole', async () => {
    await fc.assert(
      fc.asyncProperty(csvTexts(3), fc.nat(), async (text, place) => {
        const bytes = Buffer.from(text);
        const whole = readNaively(bytes.toString('latin1'), SHAPE);
        if ('fault' in whole || bytes.length < 2) return;
        const at = 1 + (place % (bytes.length - 1));
        const cut = await findCut(memorySource(bytes), at, SHAPE, { firstBytes: 16 });
        if (cut === undefined) return;
        const read = await readCut(bytes, [cut]).catch((error: unknown) => error);
        if (read instanceof CorruptSourceError) return;
        expect(Buffer.from(read as string).toString('latin1')).toBe(whole.text);
      }),
      { numRuns: 500 },
    );
  });
});
