import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RowRange } from '#core/contract.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { openStagedRowNames, stageRowNames } from '#core/sparse/names/stage-row-names.ts';
import type { Names } from '#core/sparse/names.ts';
import { readRowNames } from '#core/sparse/read-row-names.ts';
import {
  cutRowNames,
  type RowNames,
  type StoredRowNames,
  textsOf,
} from '#core/sparse/row-names.ts';

const OBJECT = 'row-names.bin';

function namesOf(texts: readonly string[], batch = 1000): Names {
  return {
    uri: 's3://b/names',
    async *read() {
      for (let at = 0; at < texts.length; at += batch) yield texts.slice(at, at + batch);
    },
  };
}

/** Stages lists of names, and opens them one after the other. */
async function stack(lists: readonly (readonly string[])[]): Promise<StoredRowNames[]> {
  let rowStart = 0;
  const opened: StoredRowNames[] = [];
  for (const list of lists) {
    const stage = memoryStageStore();
    await stageRowNames(namesOf(list), stage);
    const { pin, rows, recordBytes } = (await openStagedRowNames(stage))!;
    opened.push({ source: stage.openPinned(pin), rowStart, rows, recordBytes });
    rowStart += rows;
  }
  return opened;
}

async function read(stored: readonly StoredRowNames[], rows: RowRange): Promise<RowNames[]> {
  return await Array.fromAsync(readRowNames(stored, rows));
}

describe('staged row names', () => {
  test('are read back for any rows of any parts', async () => {
    const list = fc.array(fc.string({ unit: 'grapheme', maxLength: 9 }), { maxLength: 200 });
    const lists = fc.array(list, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(lists, fc.nat(800), fc.nat(800), async (parts, a, b) => {
        const all = parts.flat();
        const [rowStart = 0, rowEnd = 0] = [a, b]
          .map((at) => Math.min(at, all.length))
          .toSorted((x, y) => x - y);
        const found = await read(await stack(parts), { rowStart, rowEnd });
        expect(found.flatMap(textsOf)).toEqual(all.slice(rowStart, rowEnd));
        let next = rowStart;
        for (const batch of found) {
          expect(batch.rowStart).toBe(next);
          expect(batch.rowEnd - batch.rowStart).toBe(batch.starts.length);
          next = batch.rowEnd;
        }
      }),
    );
  });

  test('are read in batches of at most 1 MiB, or of one block', async () => {
    const all = Array.from({ length: 4096 * 64 + 1000 }, (_, row) => `name of row ${row}`);
    const stored = await stack([all]);
    const found = await read(stored, { rowStart: 5, rowEnd: all.length - 3 });
    expect(found.flatMap(textsOf)).toEqual(all.slice(5, -3));
    expect(found.length).toBeGreaterThan(6);
    for (const { bytes } of found) expect(bytes.length).toBeLessThanOrEqual(2 ** 20);
    const long = Array.from({ length: 130 }, (_, row) => String(row).repeat(20_000));
    const blocks = await read(await stack([long]), { rowStart: 0, rowEnd: 130 });
    expect(blocks.map(({ rowEnd }) => rowEnd)).toEqual([64, 128, 130]);
    expect(blocks.flatMap(textsOf)).toEqual(long);
  });

  test('can be cut by rows', async () => {
    const [batch] = await read(await stack([['a', 'b', 'c', 'd']]), { rowStart: 0, rowEnd: 4 });
    expect(textsOf(cutRowNames(batch!, { rowStart: 1, rowEnd: 3 }))).toEqual(['b', 'c']);
  });

  test('know how many there are and how long the longest is, in UTF-8', async () => {
    const stage = memoryStageStore();
    expect(await openStagedRowNames(stage)).toBeUndefined();
    await stageRowNames(namesOf(['a', '', '€uro'], 2), stage);
    expect(await openStagedRowNames(stage)).toMatchObject({ rows: 3, longestBytes: 6 });
    await stageRowNames(namesOf(['never read again']), stage);
    expect(await openStagedRowNames(stage)).toMatchObject({ rows: 3 });
  });

  test('may have 64 KiB, and no byte more', async () => {
    const stage = memoryStageStore();
    await stageRowNames(namesOf(['€'.repeat(21_845)]), stage);
    expect(await openStagedRowNames(stage)).toMatchObject({ longestBytes: 65_535 });
    const longer = stageRowNames(namesOf(['a', 'x'.repeat(65_537)]), memoryStageStore());
    await expect(longer).rejects.toThrow(BoundExceededError);
    await expect(longer).rejects.toThrow('a name of 65537 bytes for row 1, allowed are 65536');
    await stageRowNames(namesOf(['x'.repeat(65_536)]), memoryStageStore());
  });

  test('are refused when damaged', async () => {
    const damaged = async (bytes: Uint8Array) => {
      const stage = memoryStageStore();
      stage.objects.set(OBJECT, bytes);
      return await openStagedRowNames(stage);
    };
    const stage = memoryStageStore();
    await stageRowNames(namesOf(['a', 'b']), stage);
    const bytes = stage.objects.get(OBJECT)!;
    await expect(damaged(bytes.slice(8))).rejects.toThrow(CorruptSourceError);
    await expect(damaged(bytes.slice(8))).rejects.toThrow('is damaged; remove it and start');
    // The record of the first name begins at 0, that of the second one at 5.
    for (const [offset, length, isSound] of [
      [0, 1, true],
      [0, 2 ** 31, false],
      [5, 2, false],
    ] as const) {
      const other = bytes.slice();
      new DataView(other.buffer).setUint32(offset, length, true);
      stage.objects.set(OBJECT, other);
      const { pin, rows, recordBytes } = (await openStagedRowNames(stage))!;
      const stored = { source: stage.openPinned(pin), rowStart: 0, rows, recordBytes };
      const all = read([stored], { rowStart: 0, rowEnd: 2 });
      if (isSound) await expect(all).resolves.toHaveLength(1);
      else await expect(all).rejects.toThrow(CorruptSourceError);
    }
  });
});
