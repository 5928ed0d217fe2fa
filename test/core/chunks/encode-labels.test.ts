import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import { type CsvDialect, DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';
import { goldenBytes } from '#support/golden.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { type MixedColumn, mixedBundle } from '#support/mixed-bundle.ts';
import { npyArray } from '#support/npz/npy.ts';
import { openUris } from '#support/open-matrix.ts';

const MATRIX = 's3://b/x.npz';
const LABELS = 's3://b/labels';
const label = { uri: LABELS };
const utf8 = new TextEncoder();

function csv(dialect: Partial<CsvDialect> = {}, compression: 'none' | 'gzip' = 'none') {
  const all = { ...DEFAULT_DIALECT, ...dialect };
  return { kind: 'csv', dialect: all, compression, label } satisfies MatrixOutputSpec;
}

async function open(matrix: Uint8Array, labels: Uint8Array, areNumbers = false) {
  const store = memoryObjectStore({ [MATRIX]: matrix, [LABELS]: labels });
  const asked = { labels: { pin: await store.pin(LABELS), areNumbers } };
  return (await openUris(store, [MATRIX], {}, asked)).matrix;
}

type Opened = Awaited<ReturnType<typeof open>>;

/** The content of chunks that end at these rows, one after the other. */
async function encode(matrix: Opened, spec: MatrixOutputSpec, ends = [matrix.shape[0]]) {
  const chunks: Buffer[] = [];
  for (const [index, rowEnd] of ends.entries()) {
    const rows = { index, rowStart: ends[index - 1] ?? 0, rowEnd, rowsBefore: 7 };
    const parts = encodedBytes(matrix, rows, spec);
    const bytes = Buffer.concat(await Array.fromAsync(parts, (part) => Buffer.from(part)));
    chunks.push('compression' in spec && spec.compression === 'gzip' ? gunzipSync(bytes) : bytes);
  }
  return Buffer.concat(chunks).toString();
}

function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../fixtures/labels/${name}`, import.meta.url)));
}

/** Texts that quoting and lines of text find hard. */
const WORDS = ['cat', 'a,b', '"', '', 'über', '1.5'];

/** A word per row. */
function wordsFor(rows: number): string[] {
  return Array.from({ length: rows }, (_, row) => WORDS[row % WORDS.length]!);
}

function quoted(word: string, isAlone: boolean): string {
  if (word === '' && isAlone) return '""';
  return /[,"]/.test(word) ? `"${word.replaceAll('"', '""')}"` : word;
}

describe('CSV with labels of an object', () => {
  it.each([
    ['int64.npy', 'int64.csv'],
    ['uint8.npy', 'uint8.csv'],
    ['big-endian.npy', 'big-endian.csv'],
    ['float64.npy', 'float64.csv'],
    ['bool.npy', 'bool.csv'],
    ['words.txt', 'words.csv'],
    ['words.txt.gz', 'words.csv'],
  ])('of %s is what pandas writes', async (labels, expected) => {
    const matrix = await open(goldenBytes('inputs/dtype-int64.npz'), fixture(labels));
    for (const compression of ['none', 'gzip'] as const) {
      const text = await encode(matrix, csv({ header: 'first-chunk' }, compression), [10, 11, 36]);
      expect(text).toBe(Buffer.from(fixture(expected)).toString());
    }
  });

  it.each(['tall', 'wide-counts', 'dtype-bool', 'one-col-nan', 'one-row', 'cols-0', 'rows-0'])(
    'begins the lines of %s with them, and changes no other text',
    async (name) => {
      const bytes = goldenBytes(`inputs/${name}.npz`);
      const { matrix: plain } = await openUris(memoryObjectStore({ [MATRIX]: bytes }), [MATRIX]);
      const [rows, columns] = plain.shape;
      const words = wordsFor(rows);
      const matrix = await open(bytes, utf8.encode(words.map((word) => `${word}\n`).join('')));
      for (const profile of ['typed', 'empty'] as const) {
        const { label: _, ...unlabelled } = csv({ profile });
        const lines = (await encode(plain, unlabelled)).split('\n');
        const expected = words.map((word, row) => {
          // An empty cell beside a label needs no quotes.
          const cells = columns === 0 ? '' : `,${lines[row] === '""' ? '' : lines[row]}`;
          return `${quoted(word, columns === 0)}${cells}\n`;
        });
        for (const compression of ['none', 'gzip'] as const) {
          const spec = csv({ profile }, compression);
          const text = await encode(matrix, spec, [Math.min(3, rows), rows]);
          expect(text).toBe(expected.join(''));
          const { min, max } = matrixOutputOf(spec).bounds(matrix);
          expect(Buffer.byteLength(text)).toBeGreaterThanOrEqual(min);
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(max);
        }
      }
    },
  );

  it('begins the lines of columns of several dtypes with them', async () => {
    const columns: readonly MixedColumn[] = [
      { dtype: 'int8', fillValue: 0, cells: [5, undefined, undefined] },
      { dtype: 'float64', fillValue: 'NaN', cells: [0.5, undefined, 2] },
    ];
    const files = Object.entries(mixedBundle(columns)).map(([name, bytes]) => [
      `s3://b/m/${name}`,
      bytes,
    ]);
    const objects = { ...Object.fromEntries(files), [LABELS]: npyArray([1, 2, 3], 'uint8') };
    const store = memoryObjectStore(objects);
    const asked = { labels: { pin: await store.pin(LABELS), areNumbers: false } };
    const { matrix } = await openUris(store, ['s3://b/m/'], {}, asked);
    expect(await encode(matrix, csv())).toBe('1,5,0.5\n2,0,\n3,0,2.0\n');
    expect(await encode(matrix, csv({}, 'gzip'))).toBe('1,5,0.5\n2,0,\n3,0,2.0\n');
  });

  it('prints a NaN as the request says, quoted where it must be', async () => {
    const matrix = await open(goldenBytes('inputs/one-row.npz'), npyArray([Number.NaN], 'float32'));
    const spec = csv({ naRep: 'n,a "b"'.repeat(9) });
    const text = await encode(matrix, spec);
    expect(text.startsWith(`"${'n,a ""b""'.repeat(9)}",`)).toBe(true);
    expect(text.length).toBeLessThanOrEqual(matrixOutputOf(spec).bounds(matrix).max);
  });

  it('is a batch of its own dtype of labels', async () => {
    const matrix = await open(goldenBytes('inputs/one-row.npz'), npyArray([1], 'uint8'));
    expect(sourceOf(matrix).common).toMatchObject({ 'the dtype of the labels': 'uint8' });
    const settings = matrixOutputOf(csv()).describe();
    expect(settings).toMatchObject({
      'output.text.index': false,
      'output.text.label': 'of an object',
    });
  });
});

describe('svmlight with labels of an object', () => {
  const spec = { kind: 'svmlight', zeroBased: true, compression: 'none', label } as const;

  it.each([
    ['uint8.npy', false],
    ['float64.npy', true],
  ])('begins each line with those of %s', async (name, hasNan) => {
    const bytes = goldenBytes('inputs/dtype-int64.npz');
    const matrix = await open(bytes, fixture(name), true);
    const { label: _, ...unlabelled } = spec;
    const { matrix: plain } = await openUris(memoryObjectStore({ [MATRIX]: bytes }), [MATRIX]);
    const lines = (await encode(plain, unlabelled)).trimEnd().split('\n');
    const csvLines = Buffer.from(fixture(name.replace('npy', 'csv')))
      .toString()
      .split('\n')
      .slice(1);
    const expected = lines.map((line, row) => {
      const text = csvLines[row]!.split(',')[0]!;
      return `${text === '' ? 'nan' : text}${line.slice(1)}\n`;
    });
    const text = await encode(matrix, spec, [5, 36]);
    expect(text).toBe(expected.join(''));
    expect(text.includes('nan')).toBe(hasNan);
    const { min, max } = matrixOutputOf(spec).bounds(matrix);
    expect(text.length).toBeGreaterThanOrEqual(min);
    expect(text.length).toBeLessThanOrEqual(max);
  });

  it('counts the bytes of labels where nothing is stored', () => {
    const object = { uri: LABELS, etag: '', versionId: null, size: 1 };
    const labels = { object, dtype: 'text', longestBytes: 7 } as const;
    const facts = { shape: [10, 5], dtype: 'int8', nnz: 0, labels } as const;
    expect(matrixOutputOf(spec).bounds(facts)).toEqual({ min: 10 * 2, max: 10 * 8 });
  });

  it('writes numbers of a text as they are, however long', async () => {
    const long = `0.${'3'.repeat(3000)}`;
    const labels = utf8.encode(`${long}\n`);
    const matrix = await open(goldenBytes('inputs/one-row.npz'), labels, true);
    const text = await encode(matrix, spec);
    expect(text.startsWith(`${long} `)).toBe(true);
    expect(await encode(matrix, { ...spec, compression: 'gzip' })).toBe(text);
  });
});
