import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { createRandom } from '#support/seeded-random.ts';
import type { ShortTable } from '#support/tables/asked-table.ts';
import { convertedFile } from '#support/tables/convert-table.ts';
import { planObjects as plan, tiles } from '#support/tables/plan-objects.ts';

describe('the sizes of planned files', { timeout: patience(60_000) }, () => {
  it('makes files no larger than the text that a writer has room for', async () => {
    const random = createRandom(7);
    const record = () => `${random.integer(0, 999_999)},${'x'.repeat(1000)},\n`;
    const gz = gzipSync(Array.from({ length: 32 * 1024 }, record).join(''));
    const objects = Object.fromEntries(Array.from({ length: 200 }, (_, k) => [`${k}.csv.gz`, gz]));
    const asked: ShortTable = {
      csv: { header: false },
      size: { targetFileBytes: 512 * 1024 ** 2 },
    };
    const table = await plan(objects, asked);
    tiles(table);
    // 6,290 MiB of text in all, 3,072 of them in a file.
    expect(table.chunks).toHaveLength(2);
    expect(table.warnings.join()).toContain('a writer has room for 4294967296 bytes of text');
    await expect(plan(objects, { ...asked, size: { files: 1 } })).rejects.toThrow(
      /output\.files is 1, .* ask for at least 2 files/,
    );
  });

  it('predicts each file by the sizes of its objects', async () => {
    const random = createRandom(7);
    const texts = (count: number, note: () => string) =>
      `id,note,n\n${Array.from({ length: count }, (_, id) => `${id},${note()},1\n`).join('')}`;
    const digits = () => Array.from({ length: 8 }, () => random.integer(1e8, 1e9 - 1)).join('');
    const small = Array.from({ length: 40 }, (_, k) => [`1-${k + 10}.csv`, texts(1300, digits)]);
    const objects = { ...Object.fromEntries(small), '2.csv': texts(90_000, () => 'x'.repeat(70)) };
    const table = await plan(objects, { size: { sourceBytes: 1_500_000 } });
    const files: number[] = [];
    for (const chunk of table.chunks) files.push((await convertedFile(table, chunk)).bytes.length);
    const [min, max] = [Math.min(...files), Math.max(...files)];
    expect(max / min).toBeGreaterThan(3);
    const { predictedFileBytes: predicted } = table;
    expect(Math.abs(predicted.max / max - 1)).toBeLessThan(0.1);
    expect(Math.abs(predicted.min / min - 1)).toBeLessThan(0.5);
  });
});
