import { crc32, gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { createCsvEncoder } from '#core/outputs/csv/csv-encoder.ts';
import { createGzipEncoder } from '#core/outputs/csv/gzip/create-gzip-encoder.ts';
import {
  canDeflateDirectly,
  createDirectGzipEncoder,
} from '#core/outputs/csv/gzip/direct-gzip-encoder.ts';
import { createTextGzipEncoder } from '#core/outputs/csv/gzip/text-gzip-encoder.ts';
import type { CellOptions } from '#core/outputs/csv/implicit-text.ts';
import { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import type { GzipEncoder } from '#core/outputs/gzip/gzip-encoder.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { cutSlice, matrices } from '#support/arbitrary-matrix.ts';
import { freshBuffers } from '#test/core/outputs/csv/wasm/collect-parts.ts';
import { regularSlice } from '#test/core/outputs/csv/wasm/regular-slice.ts';

const kernel = new Kernel({ count: 0, bytes: 0 });

const WAYS = {
  direct: createDirectGzipEncoder,
  text: createTextGzipEncoder,
} as const;

type Way = keyof typeof WAYS;

interface Member {
  readonly parts: Uint8Array[];
  readonly bytes: Buffer;
  readonly content: GzipEncoder['content'];
}

/** Runs an encoder as a writer does. */
function collect(
  encoder: GzipEncoder,
  slices: Iterable<CsrSlice>,
  nextBuffer: () => Uint8Array,
  names?: Iterable<string>,
): Member {
  const parts: Uint8Array[] = [];
  const drain = (generator: Generator<Uint8Array, void, Uint8Array>) => {
    for (let step = generator.next(); step.done !== true; step = generator.next(nextBuffer())) {
      parts.push(step.value);
    }
  };
  if (names !== undefined) drain(encoder.header(names));
  for (const slice of slices) drain(encoder.encode(slice));
  drain(encoder.end());
  parts.push(encoder.finish());
  return { parts, bytes: Buffer.concat(parts), content: encoder.content };
}

function compress(
  way: Way,
  slices: Iterable<CsrSlice>,
  options: CellOptions,
  partBytes = [65_536],
): Member {
  const nextBuffer = freshBuffers(partBytes);
  return collect(WAYS[way](kernel, { ...options, buffer: nextBuffer() }), slices, nextBuffer);
}

function textOf(slice: CsrSlice, options: CellOptions): Buffer {
  const parts: Buffer[] = [];
  const buffer = new Uint8Array(65_536);
  const encoder = createCsvEncoder({ ...options, buffer });
  const generator = encoder.encode(slice);
  for (let step = generator.next(); step.done !== true; step = generator.next(buffer)) {
    parts.push(Buffer.from(step.value));
  }
  return Buffer.concat([...parts, encoder.finish()]);
}

function expectText({ bytes, content }: Member, text: Buffer): void {
  expect(gunzipSync(bytes).equals(text)).toBe(true);
  expect(content).toEqual({ bytes: text.length, crc32: crc32(text) });
}

describe.each(['direct', 'text'] as const)('a gzip member made the %s way', (way) => {
  const possible = matrices.filter(({ options }) => way === 'text' || canDeflateDirectly(options));

  test('holds the text of the simple encoder, whatever the matrix, its slices and its parts', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
    const cuts = fc.array(fc.nat(12), { maxLength: 4 });
    await fc.assert(
      fc.property(possible, cuts, sizes, ({ slice, options }, rows, partBytes) => {
        const member = compress(way, cutSlice(slice, rows), options, partBytes);
        const full = member.parts.slice(0, -1);
        expect(full.map(({ length }) => length)).toEqual(
          full.map((_, i) => partBytes[i % partBytes.length]),
        );
        expectText(member, textOf(slice, options));
        expect(compress(way, [slice], options).bytes.equals(member.bytes)).toBe(true);
      }),
      { numRuns: way === 'direct' ? 1000 : 200 },
    );
  });

  const small = (nnz: number) => Int32Array.from({ length: nnz }, (_, i) => ((i * i) % 7) + 1);
  const mixed = (nnz: number) => Int32Array.from({ length: nnz }, (_, i) => (i * 7) % 23);
  const minus = (nnz: number) => new Int32Array(nnz).fill(-123_456);
  const ones = (nnz: number) => new Uint8Array(nnz).fill(1);
  const sines = (nnz: number) => Float64Array.from({ length: nnz }, (_, i) => Math.sin(i));
  const wholes = (nnz: number) => Float64Array.from({ length: nnz }, (_, i) => i % 12);
  const nans = (nnz: number) => new Float32Array(nnz).fill(Number.NaN);

  test.each([
    ['many blocks of digits', 'int32', 3000, 997, 29, small],
    ['digits next to each other', 'int32', 100, 300, 1, small],
    ['digits one apart', 'int32', 100, 300, 2, small],
    ['digits two apart', 'int32', 100, 300, 3, small],
    ['many blocks of digits and numbers', 'int32', 3000, 997, 13, mixed],
    ['rows longer than a run that fits a word', 'int32', 7, 100_003, 5003, small],
    ['dense rows longer than a window of entries', 'int32', 3, 20_011, 1, mixed],
    ['more rows than a window holds', 'int32', 9000, 5, 7, small],
    ['one column', 'int32', 2000, 1, 3, mixed],
    ['two columns', 'int32', 2000, 2, 3, mixed],
    ['empty stretches of more than 65,536 cells', 'int32', 5, 300_000, 200_003, small],
    ['dense long values', 'int32', 50, 1000, 2, minus],
    ['words', 'bool', 5, 30_000, 11, ones],
    ['floats', 'float64', 9, 30_000, 13, sines],
    ['whole floats', 'float64', 50, 3001, 13, wholes],
    ['stored NaN', 'float32', 9, 30_000, 13, nans],
  ] as const)('is right for %s', (_, dtype, rows, columns, step, data) => {
    const slice = regularSlice(rows, columns, step, data);
    for (const profile of ['typed', 'zero0', 'empty'] as const) {
      const dialect = { ...DEFAULT_DIALECT, profile, naRep: '€'.repeat(64) };
      const options = { dtype, columns, dialect };
      const member = compress(way, cutSlice(slice, [1, 4]), options);
      expectText(member, textOf(slice, options));
      expect(compress(way, [slice], options).bytes.equals(member.bytes)).toBe(true);
    }
  });

  test('begins with the header line', () => {
    const columns = 20_000;
    const options = { dtype: 'int32', columns, dialect: DEFAULT_DIALECT } as const;
    const slice = regularSlice(3, columns, 41, small);
    const names = Array.from({ length: columns }, (_, i) => `column ${i * 7919}, "é"`);
    const line = `${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',')}\n`;
    const nextBuffer = freshBuffers([1000]);
    const encoder = WAYS[way](kernel, { ...options, buffer: nextBuffer() });
    const member = collect(encoder, [slice], nextBuffer, names);
    expectText(member, Buffer.concat([Buffer.from(line), textOf(slice, options)]));
  });

  test('is empty inside for no rows', () => {
    const options = { dtype: 'int32', columns: 3, dialect: DEFAULT_DIALECT } as const;
    expectText(compress(way, [], options), Buffer.alloc(0));
  });
});

describe('direct gzip', () => {
  test('writes 2^31 - 1 columns in a short time', () => {
    const columns = 2 ** 31 - 1;
    const slice: CsrSlice = {
      rowStart: 0,
      rowEnd: 1,
      indptr: Int32Array.of(0, 2),
      indices: Int32Array.of(0, columns - 1),
      data: Int32Array.of(-7, 12_345),
      nnz: 2,
    };
    const { bytes, content } = compress('direct', [slice], {
      dtype: 'int32',
      columns,
      dialect: DEFAULT_DIALECT,
    });
    expect(content.bytes).toBe(2 * columns + 1 + 4);
    expect(bytes.readUInt32LE(bytes.length - 4)).toBe(content.bytes % 2 ** 32);
    expect(bytes.length).toBeLessThan(content.bytes / 800);
  });

  test('fails after another encoder has taken the kernel', () => {
    const options = { dtype: 'int32', columns: 3, dialect: DEFAULT_DIALECT } as const;
    const encoder = createDirectGzipEncoder(kernel, { ...options, buffer: new Uint8Array(100) });
    compress('direct', [], options);
    expect(() => encoder.encode(regularSlice(1, 3, 2, (n) => new Int32Array(n))).next()).toThrow(
      'another encoder has taken this memory',
    );
  });
});

describe('the choice of a way', () => {
  const slice = regularSlice(40, 100, 4, (nnz) => new Int32Array(nnz).fill(3));
  const options = { dtype: 'int32', columns: 100, dialect: DEFAULT_DIALECT } as const;

  /** The bytes that the encoder makes which was chosen for so many stored entries. */
  function chosen(nnz: number): Buffer {
    const nextBuffer = freshBuffers([65_536]);
    const density = { rows: 40, nnz };
    const encoder = createGzipEncoder(kernel, { ...options, density, buffer: nextBuffer() });
    return collect(encoder, [slice], nextBuffer).bytes;
  }

  test('is direct for up to one stored cell in four, and by the text for more', () => {
    expect(chosen(1000).equals(compress('direct', [slice], options).bytes)).toBe(true);
    expect(chosen(1001).equals(compress('text', [slice], options).bytes)).toBe(true);
  });

  test.each([
    ['é€', 'direct'],
    ['é€x', 'text'],
  ] as const)(
    'where unstored cells print %s is %s: at most five bytes are direct',
    (naRep, way) => {
      const floats = regularSlice(40, 100, 4, (nnz) => new Float64Array(nnz).fill(0.5));
      const dialect = { ...DEFAULT_DIALECT, naRep };
      const cells = { dtype: 'float64', columns: 100, fillValue: 'NaN', dialect } as const;
      const nextBuffer = freshBuffers([65_536]);
      const density = { rows: 40, nnz: 1000 };
      const encoder = createGzipEncoder(kernel, { ...cells, density, buffer: nextBuffer() });
      const member = collect(encoder, [floats], nextBuffer);
      expectText(member, textOf(floats, cells));
      expect(member.bytes.equals(compress(way, [floats], cells).bytes)).toBe(true);
    },
  );

  test('is by the text for a matrix without columns', () => {
    const rows = regularSlice(70_000, 0, 1, (nnz) => new Int32Array(nnz));
    const nextBuffer = freshBuffers([99]);
    const density = { rows: 70_000, nnz: 0 };
    const buffer = nextBuffer();
    const encoder = createGzipEncoder(kernel, { ...options, columns: 0, density, buffer });
    expectText(collect(encoder, [rows], nextBuffer), Buffer.alloc(70_000, '\n'));
  });
});
