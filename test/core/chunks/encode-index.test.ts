import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeChunk } from '#core/chunks/encode-chunk.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { type CsvDialect, DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { csvOutput } from '#core/outputs/csv/csv-output.ts';
import type { CsvSpec } from '#core/outputs/csv/csv-spec.ts';
import { openKernel } from '#core/outputs/csv/wasm/kernel.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { type MixedColumn, mixedBundle } from '#support/mixed-bundle.ts';
import { npyArray } from '#support/npz/npy.ts';
import { openUris } from '#support/open-matrix.ts';

const utf8 = new TextEncoder();

/** Names of the rows of a bundle, as its `meta.json` and its files say it. */
interface Named {
  readonly names: readonly string[];
  readonly title?: string;
}

function indexFile({ names, title = '' }: Named) {
  const bytes = utf8.encode(JSON.stringify(names));
  const rowNames = {
    file: 'index-00000000.json',
    bytes: bytes.length,
    crc32: '00000000',
    count: names.length,
    title,
  };
  return { bytes, rowNames };
}

/** A bundle of one dtype: `cells[row][column]`, and undefined where nothing is stored. */
function oneDtype(cells: readonly (readonly (number | undefined)[])[], columns: number) {
  const indptr = [0];
  const indices: number[] = [];
  const data: number[] = [];
  for (const row of cells) {
    for (const [column, value] of row.entries()) {
      if (value === undefined) continue;
      indices.push(column);
      data.push(value);
    }
    indptr.push(indices.length);
  }
  const arrays = {
    indptr: npyArray(indptr, 'int64'),
    indices: npyArray(indices, 'int32'),
    data: npyArray(data, 'float64'),
  };
  const files = Object.entries(arrays).map(([name, bytes]) => [
    name,
    { file: `${name}-00000000.npy`, bytes: bytes.length, crc32: '00000000' },
  ]);
  const meta = {
    ...{ format: 'sparse-csr-bundle', version: 2, shape: [cells.length, columns] },
    ...{ nnz: data.length, dtype: '<f8', fillValue: 0, arrays: Object.fromEntries(files) },
  };
  const objects = Object.entries(arrays).map(([name, bytes]) => [`${name}-00000000.npy`, bytes]);
  return { meta, objects: Object.fromEntries(objects) as Record<string, Uint8Array> };
}

async function open(
  folders: readonly {
    readonly meta: object;
    readonly objects: Record<string, Uint8Array>;
    readonly index?: Named;
  }[],
) {
  const all: Record<string, Uint8Array> = {};
  const uris: string[] = [];
  for (const [at, { meta, objects, index }] of folders.entries()) {
    const uri = `s3://b/${at}/`;
    const file = index && indexFile(index);
    const json = { ...meta, ...(file && { rowNames: file.rowNames }) };
    for (const [name, bytes] of Object.entries(objects)) all[uri + name] = bytes;
    if (file !== undefined) all[`${uri}index-00000000.json`] = file.bytes;
    all[`${uri}meta.json`] = utf8.encode(JSON.stringify(json));
    uris.push(uri);
  }
  return await openUris(memoryObjectStore(all), uris, {}, { withRowNames: true });
}

function specOf(dialect: Partial<CsvDialect>, compression: CsvSpec['compression'] = 'none') {
  const all = { ...DEFAULT_DIALECT, index: true, ...dialect } as const;
  return { kind: 'csv', dialect: all, compression } as const;
}

const kernel = openKernel({ count: 0, bytes: 0 });

async function encode(matrix: Matrix, output: CsvSpec, partBytes = 4096, rowsBefore = 0) {
  const chunk = { index: 0, rowStart: 0, rowEnd: matrix.shape[0], rowsBefore };
  const next = () => new Uint8Array(partBytes);
  const room = { kernel, buffers: undefined };
  const parts = encodeChunk(matrix, chunk, { output, room, buffer: next() });
  const found: Uint8Array[] = [];
  for (;;) {
    const step = await parts.next(next());
    if (step.done === true) {
      const bytes = Buffer.concat([...found, step.value.last.bytes]);
      return (output.compression === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    }
    found.push(step.value.bytes);
  }
}

/** A cell as Python's `csv` module quotes it. */
function quoted(text: string, delimiter: string, alone: boolean): string {
  if (text === '') return alone ? '""' : '';
  const isSpecial = [delimiter, '"', '\n', '\r'].some((sign) => text.includes(sign));
  return isSpecial ? `"${text.split('"').join('""')}"` : text;
}

const anyName = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('', 'a,b', '"', '10', 'x\ny', 'c\rr', 'é;', 'x'.repeat(300)),
);

describe('an index', () => {
  test('begins each row with its quoted name, whatever the parts, the slices and the columns', async () => {
    const row = (columns: number) =>
      fc.array(fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined, freq: 2 }), {
        minLength: columns,
        maxLength: columns,
      });
    const anyCase = fc.nat(4).chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        rows: fc.array(fc.tuple(row(columns), anyName), { maxLength: 90 }),
        title: fc.constantFrom('', 'id', 'a,b'),
        delimiter: fc.constantFrom(',', ';'),
        size: fc.integer({ min: 1, max: 300 }),
        compression: fc.constantFrom('none' as const, 'gzip' as const),
      }),
    );
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ columns, rows, title, delimiter, size, compression }) => {
        const names = rows.map(([, name]) => name);
        const bundle = oneDtype(
          rows.map(([cells]) => cells),
          columns,
        );
        const { matrix } = await open([{ ...bundle, index: { names, title } }]);
        const alone = columns === 0;
        const header = [
          quoted(title, delimiter, alone),
          ...Array.from({ length: columns }, (_, at) => String(at)),
        ];
        const lines = rows.map(([cells, name]) => [
          quoted(name, delimiter, alone),
          ...cells.map((cell) => (cell ?? 0).toFixed(1)),
        ]);
        const expected = [header, ...lines].map((line) => `${line.join(delimiter)}\n`).join('');
        const spec = specOf({ delimiter, header: 'first-chunk' }, compression);
        expect(await encode(matrix, spec, size)).toBe(expected);
        const body = expected.slice(`${header.join(delimiter)}\n`.length);
        const { min, max } = csvOutput(spec).bounds(matrix);
        expect(Buffer.byteLength(body)).toBeGreaterThanOrEqual(min);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(max);
      }),
      { numRuns: 300 },
    );
  });

  test('takes names in batches that end within a slice', async () => {
    const names = Array.from({ length: 200 }, (_, row) => `${row}-`.repeat(7000));
    const cells = names.map((_, row) => [row + 1, undefined]);
    const { matrix } = await open([{ ...oneDtype(cells, 2), index: { names } }]);
    const lines = names.map((name, row) => `${name},${row + 1}.0,0.0\n`);
    expect(await encode(matrix, specOf({}))).toBe(lines.join(''));
  });

  test('numbers rows without names, after those that lie there already', async () => {
    const { matrix } = await open([oneDtype([[1], [undefined]], 1)]);
    expect(await encode(matrix, specOf({}))).toBe('0,1.0\n1,0.0\n');
    expect(await encode(matrix, specOf({}), 3, 9_007_199_254)).toBe(
      '9007199254,1.0\n9007199255,0.0\n',
    );
    const { min, max } = csvOutput(specOf({})).bounds(matrix);
    expect(min).toBeLessThanOrEqual('0,1.0\n1,0.0\n'.length);
    expect(max).toBeGreaterThanOrEqual('9007199254740990,1.0\n'.length * 2);
  });

  test('leaves an empty cell beside it without quotes', async () => {
    const { matrix } = await open([oneDtype([[undefined], [Number.NaN]], 1)]);
    expect(await encode(matrix, specOf({ profile: 'empty' }))).toBe('0,\n1,\n');
  });

  test('stands before columns of several dtypes', async () => {
    const columns: readonly MixedColumn[] = [
      { dtype: 'int8', fillValue: 0, cells: [5, undefined, undefined] },
      { dtype: 'float64', fillValue: 'NaN', cells: [0.5, undefined, 2] },
    ];
    const { 'meta.json': meta, ...objects } = mixedBundle(columns);
    const bundle = { meta: JSON.parse(new TextDecoder().decode(meta)) as object, objects };
    const index = { names: ['a', '"', ''], title: 'id' };
    const named = await open([{ ...bundle, index }]);
    const spec = specOf({ header: 'first-chunk' });
    const expected = 'id,0,1\na,5,0.5\n"""",0,\n,0,2.0\n';
    for (const size of [1, 7, 1000]) expect(await encode(named.matrix, spec, size)).toBe(expected);
    expect(await encode(named.matrix, specOf({ header: 'first-chunk' }, 'gzip'))).toBe(expected);
    const { min, max } = csvOutput(spec).bounds(named.matrix);
    const body = expected.length - 'id,0,1\n'.length;
    expect(min).toBeLessThanOrEqual(body);
    expect(max).toBeGreaterThanOrEqual(body);
    const numbered = await open([bundle]);
    expect(await encode(numbered.matrix, specOf({}))).toBe('0,5,0.5\n1,0,\n2,0,2.0\n');
  });
});

describe('the names of stacked parts', () => {
  const part = (names: readonly string[] | undefined, title?: string) => ({
    ...oneDtype([[1], [2]], 1),
    ...(names && { index: { names, ...(title !== undefined && { title }) } }),
  });

  test('follow each other; what stands above them is said only where all parts say it', async () => {
    const { matrix, layout } = await open([part(['a', 'b'], 'id'), part(['c', 'ddd'], 'id')]);
    expect(await encode(matrix, specOf({}))).toBe('a,1.0\nb,2.0\nc,1.0\nddd,2.0\n');
    expect(layout.rowNames).toEqual({ title: 'id', longestBytes: 3 });
    const other = await open([part(['a', 'b'], 'id'), part(['c', 'd'], 'no')]);
    expect(other.layout.rowNames).toEqual({ title: '', longestBytes: 1 });
  });

  test('are there in all parts, or in none', async () => {
    const some = open([part(['a', 'b']), part(undefined)]);
    await expect(some).rejects.toThrow(CorruptSourceError);
    await expect(some).rejects.toThrow('s3://b/1/ has row names missing instead of given');
  });

  test('make a batch that cannot follow one without', async () => {
    const named = sourceOf((await open([part(['a', 'b'])])).layout).common;
    const numbered = sourceOf((await open([part(undefined)])).layout).common;
    expect(named['the index']).toBe('of row names');
    expect(numbered['the index']).toBe('without names');
  });
});
