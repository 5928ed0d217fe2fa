import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { goldenPath, storedCsrCases } from '#support/golden.ts';
import { runHere } from '#test/cli/run-command.ts';

async function inspect(file: string, ...options: string[]) {
  const ended = await runHere(['inspect', goldenPath(file), '--json', ...options]);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout.toString());
}

describe('inspect', () => {
  test.each(storedCsrCases)(
    'tells shape and bounds of the text of $id',
    async ({ file, shape, contract }) => {
      for (const profile of ['typed', 'zero0', 'empty'] as const) {
        const found = await inspect(file, '--profile', profile);
        expect(found.shape).toEqual(shape);
        expect(found.minTextBytes).toBeLessThanOrEqual(contract[profile].bytes);
        expect(found.maxTextBytes).toBeGreaterThanOrEqual(contract[profile].bytes);
      }
    },
  );

  test('describes one source', async () => {
    expect(await inspect('inputs/index-i4-i8.npz', '--rows-per-chunk', '7')).toMatchObject({
      format: 'npz',
      access: 'in place',
      parts: 1,
      stagedBytes: 0,
      size: 2161,
      indptrDtype: expect.stringMatching(/^int(32|64)$/),
      indicesDtype: expect.stringMatching(/^int(32|64)$/),
      chunking: { rows: 7 },
    });
  });

  test('counts the chunks that a run would write', async () => {
    const { shape } = await inspect('inputs/tall.npz');
    const { chunks } = await inspect('inputs/tall.npz', '--rows-per-chunk', '100');
    expect(chunks).toBe(Math.ceil(shape[0] / 100));
    const { maxTextBytes } = await inspect('inputs/tall.npz');
    const { chunks: cut } = await inspect('inputs/tall.npz', '--target-bytes', '1KB');
    expect(cut).toBeGreaterThanOrEqual(maxTextBytes / 1000);
    expect(cut).toBeLessThan(1 + (1.1 * maxTextBytes) / 1000);
  });

  test('has a density of 0 for a matrix without cells', async () => {
    expect(await inspect('inputs/shape-0x0.npz')).toMatchObject({ density: 0, chunks: 1 });
  });

  test('prints text for people without --json', async () => {
    const ended = await runHere(['inspect', goldenPath('inputs/dtype-int64.npz')]);
    expect(ended.stdout.toString()).toMatch(/shape +36 rows x 9 columns\ndtype +int64/);
  });
});

describe('inspect --index', () => {
  test('shows the first and last names of rows', async () => {
    const folder = new URL('../../fixtures/hdf5/', import.meta.url);
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'inspect-')), 'names.h5');
    await writeFile(file, gunzipSync(await readFile(new URL('names-10x-v3.h5.gz', folder))));
    const ended = await runHere(['inspect', file, '--json', '--index']);
    const { rowNames } = JSON.parse(ended.stdout.toString());
    expect(rowNames).toHaveLength(7);
    const many = Array.from({ length: 20 }, (_, row) => `row ${row}`);
    const tenx = await mkdtemp(path.join(tmpdir(), 'inspect-'));
    const files = {
      'matrix.mtx': '%%MatrixMarket matrix coordinate integer general\n1 20 1\n1 1 5\n',
      'genes.tsv': 'g1\tGENE1\n',
      'barcodes.tsv': many.join('\n'),
    };
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(tenx, name), text);
    const short = await runHere(['inspect', tenx, '--index']);
    expect(short.stdout.toString()).toContain(
      'index    "row 0", "row 1", "row 2", …, "row 17", "row 18", "row 19"',
    );
    await writeFile(path.join(tenx, 'barcodes.tsv'), 'a\nb\n');
    await writeFile(
      path.join(tenx, 'matrix.mtx'),
      '%%MatrixMarket matrix coordinate integer general\n1 2 1\n1 1 5\n',
    );
    const few = await runHere(['inspect', tenx, '--index']);
    expect(few.stdout.toString()).toContain('index    "a", "b"\n');
    const none = await runHere(['inspect', goldenPath('inputs/tall.npz'), '--json', '--index']);
    expect(JSON.parse(none.stdout.toString())).not.toHaveProperty('rowNames');
  });
});
