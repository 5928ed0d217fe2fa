import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeChunk } from '#core/chunks/encode-chunk.ts';
import { DTYPES, type DType, isFloat } from '#core/elements/dtype.ts';
import { BoundExceededError, CorruptSourceError, ExpectationError } from '#core/errors.ts';
import { type CsvDialect, DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { csvOutput } from '#core/outputs/csv/csv-output.ts';
import type { CsvSpec } from '#core/outputs/csv/csv-spec.ts';
import { PROFILES } from '#core/outputs/csv/profiles.ts';
import { describeSource } from '#core/sources/describe-source.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { type MixedColumn, mixedBundle } from '#support/mixed-bundle.ts';
import { openUris } from '#support/open-matrix.ts';
import { naiveCsv } from '#test/core/outputs/csv/naive-csv.ts';

const ROOT = 's3://bucket/frame/';

function open(files: Readonly<Record<string, Uint8Array>>) {
  const objects = Object.entries(files).map(([name, bytes]) => [`${ROOT}${name}`, bytes]);
  return openUris(memoryObjectStore(Object.fromEntries(objects)), [ROOT]);
}

/** Encodes all rows into parts of the given sizes, and puts them together. */
async function encode(matrix: Matrix, spec: CsvSpec, partBytes: number): Promise<Buffer> {
  const room = { kernel: undefined, buffers: undefined };
  const chunk = { index: 0, rowStart: 0, rowEnd: matrix.shape[0] };
  const next = () => new Uint8Array(partBytes);
  const parts = encodeChunk(matrix, chunk, { output: spec, room, buffer: next() });
  const found: Uint8Array[] = [];
  for (;;) {
    const step = await parts.next(next());
    if (step.done === true) return Buffer.concat([...found, step.value.last.bytes]);
    found.push(step.value.bytes);
  }
}

function specOf(dialect: Partial<CsvDialect>, compression: CsvSpec['compression'] = 'none') {
  return { kind: 'csv', dialect: { ...DEFAULT_DIALECT, ...dialect }, compression } as const;
}

/** One cell as the plain reference writes a column of one dtype. */
function cellText({ dtype, fillValue, cells }: MixedColumn, row: number, dialect: CsvDialect) {
  const value = cells[row];
  const data = value === undefined ? [] : [value];
  const slice = {
    rowStart: 0,
    rowEnd: 1,
    nnz: data.length,
    indices: Int32Array.from(data, () => 0),
  };
  const indptr = Int32Array.of(0, data.length);
  const options = { dtype, columns: 2, dialect, ...(fillValue === 'NaN' && { fillValue }) };
  const line = naiveCsv({ ...slice, indptr, data: data as never }, options);
  // The line has the cell, a delimiter, an unstored cell and the line end.
  const none = { ...slice, indptr: Int32Array.of(0, 0), data: [] as never };
  const unstored = (naiveCsv(none, options).length - 2) / 2;
  return line.slice(0, line.length - 2 - unstored);
}

function textOf(columns: readonly MixedColumn[], dialect: CsvDialect): string {
  return columns[0]!.cells
    .map((_, row) => columns.map((column) => cellText(column, row, dialect)))
    .map((cells) => `${cells.join(dialect.delimiter)}\n`)
    .join('');
}

function anyValue(dtype: DType): fc.Arbitrary<number | bigint> {
  if (dtype === 'bool') return fc.constantFrom(0, 1);
  if (dtype === 'float16') return fc.double().map(Math.f16round);
  if (dtype === 'float32') return fc.float();
  if (dtype === 'float64') return fc.double();
  const bits = Number(dtype.replace(/\D/g, ''));
  const isSigned = dtype.startsWith('i');
  const limit = 2n ** BigInt(isSigned ? bits - 1 : bits);
  const value = fc.bigInt({ min: isSigned ? -limit : 0n, max: limit - 1n });
  return bits === 64 ? value : value.map(Number);
}

const anyColumn = (rows: number): fc.Arbitrary<MixedColumn> =>
  fc.constantFrom(...DTYPES).chain((dtype) =>
    fc.record({
      dtype: fc.constant(dtype),
      fillValue: isFloat(dtype)
        ? fc.constantFrom(0 as const, 'NaN' as const)
        : fc.constant(dtype === 'bool' ? (false as const) : (0 as const)),
      cells: fc.array(fc.option(anyValue(dtype), { nil: undefined }), {
        minLength: rows,
        maxLength: rows,
      }),
    }),
  );

const anyFrame = fc
  .nat(5)
  .chain((rows) => fc.array(anyColumn(rows), { minLength: 2, maxLength: 8 }));

describe('columns of several dtypes', () => {
  it('are printed as pandas prints the frame', async () => {
    const folder = new URL('../../../../fixtures/mixed/', import.meta.url);
    const files = Object.fromEntries(
      readdirSync(new URL('bundle/', folder)).map((name) => [
        name,
        new Uint8Array(readFileSync(new URL(`bundle/${name}`, folder))),
      ]),
    );
    const { matrix, layout } = await open(files);
    const [, ...rows] = readFileSync(new URL('typed.csv', folder), 'utf8').split(/(?<=\n)/);
    const text = await encode(matrix, specOf({}), 4096);
    expect(text.toString()).toBe(rows.join(''));
    expect(layout.columnTypes?.groups).toHaveLength(9);
    expect(new Set(layout.columnTypes?.groups.map(({ dtype }) => dtype)).size).toBe(9);
  });

  it('are printed cell by cell as columns of one dtype, for any part and profile', async () => {
    const anyDialect = fc.record({
      profile: fc.constantFrom(...PROFILES),
      delimiter: fc.constantFrom(',', ';', '\t'),
      naRep: fc.constantFrom('', 'nan', 'NA', 'a,b'),
    });
    await fc.assert(
      fc.asyncProperty(
        anyFrame,
        anyDialect,
        fc.integer({ min: 1, max: 80 }),
        async (columns, asked, size) => {
          const dialect = { ...DEFAULT_DIALECT, ...asked };
          const expected = textOf(columns, dialect);
          const { matrix } = await open(mixedBundle(columns));
          const text = await encode(matrix, specOf(asked), size);
          expect(text.toString()).toBe(expected);
          const gzip = await encode(matrix, specOf(asked, 'gzip'), size);
          expect(gunzipSync(gzip).toString()).toBe(expected);
          const { min, max } = csvOutput(specOf(asked)).bounds(matrix);
          expect(text.length).toBeGreaterThanOrEqual(min);
          expect(text.length).toBeLessThanOrEqual(max);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are copied in long runs between stored cells', async () => {
    const columns = Array.from(
      { length: 60 },
      (_, i): MixedColumn => ({
        dtype: i % 2 === 0 ? 'int8' : 'float64',
        fillValue: 0,
        cells: [i === 40 ? 7 : undefined, undefined],
      }),
    );
    const { matrix } = await open(mixedBundle(columns));
    const text = await encode(matrix, specOf({}), 1000);
    expect(text.toString()).toBe(textOf(columns, DEFAULT_DIALECT));
  });

  it('may have a header', async () => {
    const { matrix } = await open(mixedBundle(FRAME));
    const text = await encode(matrix, specOf({ header: 'first-chunk' }), 3);
    expect(text.toString()).toBe('0,1\n5,0.5\n0,0.0\n');
  });
});

const FRAME: readonly MixedColumn[] = [
  { dtype: 'int8', fillValue: 0, cells: [5, undefined] },
  { dtype: 'float64', fillValue: 0, cells: [0.5, undefined] },
];

describe('a mixed matrix', () => {
  it('is called mixed, and names its groups', async () => {
    const { layout } = await open(mixedBundle(FRAME));
    const { fields, lines } = describeSource(layout, 0);
    expect(fields).toMatchObject({
      dtype: 'mixed',
      columnGroups: [
        { dtype: 'int8', columns: 1 },
        { dtype: 'float64', columns: 1 },
      ],
    });
    const shown = lines({ count: String, bytes: String }).map((line) => line.join(' '));
    expect(shown).toContainEqual(
      expect.stringContaining('mixed: 1 of int8, fill 0; 1 of float64, fill 0'),
    );
    const source = sourceOf(layout);
    source.assertExpected({ dtype: 'mixed' });
    expect(() => source.assertExpected({ dtype: 'uint64' })).toThrow(ExpectationError);
  });

  it('differs from one whose columns have other dtypes or another order', async () => {
    const { layout } = await open(mixedBundle(FRAME));
    const { layout: turned } = await open(mixedBundle(FRAME.toReversed()));
    const { layout: filled } = await open(
      mixedBundle([{ ...FRAME[1]!, fillValue: 'NaN' }, FRAME[0]!]),
    );
    const names = [layout, turned, filled].map((each) => sourceOf(each).common['the dtype']);
    expect(new Set(names).size).toBe(3);
    expect(names[2]).toContain('float64 of 1 (NaN), int8 of 1 columns, CRC-32 ');
  });

  const { 'meta.json': _, ...arrays } = mixedBundle(FRAME);
  const [, , , groupsFile = ''] = Object.keys(arrays);
  const eightBits = [
    { dtype: 'int8', fillValue: 0, cells: [] },
    { dtype: 'bool', fillValue: false, cells: [] },
  ] as const;

  it.each([
    [
      'a group that is not there',
      { groups: [{ dtype: '|i1', fillValue: 0 }] },
      '.npy has the group 1 for',
    ],
    ['cells that are too narrow', { dtype: '<u4' }, 'has cells of <u4 for columns of several'],
    ['cells of floats', { dtype: '<f8' }, 'expected an unsigned type as wide as the widest'],
    ['big-endian cells', { dtype: '>u8' }, 'and all little-endian'],
    [
      'a big-endian group',
      {
        groups: [
          { dtype: '>i2', fillValue: 0 },
          { dtype: '<f8', fillValue: 0 },
        ],
      },
      'and all little-endian',
    ],
    [
      'a group without columns',
      {
        groups: ['|i1', '<f8', '|b1'].map((dtype) => ({
          dtype,
          fillValue: dtype === '|b1' ? false : 0,
        })),
      },
      'has no column of group 2',
    ],
    ['fewer columns than groups', { shape: [2, 1] }, '2 elements of uint8, expected 1 of uint8'],
    ['too many columns', { shape: [2, 4_194_305] }, '4194305 columns of several dtypes, allowed'],
  ])('fails on %s', async (__, meta, message) => {
    await expect(open(mixedBundle(FRAME, meta))).rejects.toThrow(message);
  });

  it('fails where a row without stored cells is too long', async () => {
    const { matrix } = await open(mixedBundle([{ ...FRAME[1]!, fillValue: 'NaN' }, FRAME[0]!]));
    const types = { ...matrix.columnTypes!, groups: matrix.columnTypes!.groups.slice(0, 1) };
    const wide = { ...types, groups: [{ ...types.groups[0]!, columns: 2 ** 22 }] };
    const spec = specOf({ naRep: 'x'.repeat(16) });
    const bounds = () => csvOutput(spec).bounds({ ...matrix, columnTypes: wide });
    expect(bounds).toThrow(BoundExceededError);
    expect(bounds).toThrow('takes 71303168 bytes without its stored cells, allowed are 67108864');
  });

  it('fails on groups of another type', async () => {
    expect(groupsFile).toMatch(/^groups-/);
    const files = mixedBundle(FRAME);
    const indices = Object.keys(files).find((name) => name.startsWith('indices-'))!;
    const columnGroups = {
      file: indices,
      bytes: files[indices]!.length,
      crc32: indices.slice(8, 16),
    };
    await expect(open(mixedBundle(FRAME, { columnGroups }))).rejects.toThrow(
      '2 elements of int32, expected 2 of uint8',
    );
  });

  it('fails where a cell is stored twice, whatever its width', async () => {
    for (const columns of [FRAME, eightBits.map((column) => ({ ...column, cells: [1, 1] }))]) {
      const files = mixedBundle(columns);
      const name = Object.keys(files).find((each) => each.startsWith('indices-'))!;
      const twice = files[name]!.slice();
      new DataView(twice.buffer).setInt32(twice.length - 4, 0, true);
      new DataView(twice.buffer).setInt32(twice.length - 8, 0, true);
      const { matrix } = await open({ ...files, [name]: twice });
      await expect(encode(matrix, specOf({}), 100)).rejects.toThrow(CorruptSourceError);
      await expect(encode(matrix, specOf({}), 100)).rejects.toThrow('stores a cell twice');
    }
  });

  it('fails as a part beside one of other dtypes', async () => {
    const both = (columns: readonly MixedColumn[], folder: string) =>
      Object.entries(mixedBundle(columns)).map(([name, bytes]) => [
        `${ROOT}${folder}/${name}`,
        bytes,
      ]);
    const objects = [...both(FRAME, 'a'), ...both(FRAME.toReversed(), 'b')];
    const opening = openUris(memoryObjectStore(Object.fromEntries(objects)), [ROOT]);
    await expect(opening).rejects.toThrow('has dtype mixed: float64 of 1, int8 of 1 columns');
  });
});
