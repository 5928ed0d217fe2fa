import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { type CsvDialect, DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { createTemplateGzipEncoder } from '#core/outputs/csv/gzip/template-gzip-encoder.ts';
import { createMixedChunkEncoder } from '#core/outputs/csv/mixed/create-mixed-chunk-encoder.ts';
import { createGroupWriters } from '#core/outputs/csv/mixed/group-writers.ts';
import { createMixedEncoder } from '#core/outputs/csv/mixed/mixed-encoder.ts';
import { PROFILES } from '#core/outputs/csv/profiles.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { RowNamesFacts } from '#core/sparse/matrix-facts.ts';
import { createRandom, type Random } from '#support/seeded-random.ts';

const GROUPS = [
  { dtype: 'bool' },
  { dtype: 'int64' },
  { dtype: 'float64' },
  { dtype: 'float64', fillValue: 'NaN' },
] as const;

interface Frame {
  readonly rowNames?: RowNamesFacts;
  readonly columnGroups: Uint8Array;
  readonly slices: readonly CsrSlice[];
}

interface FrameShape {
  readonly rows: number;
  /** Most columns of a segment. */
  readonly widest: number;
  /** Which part of the cells is stored. */
  readonly share: number;
}

/** The group of each column, in five segments. */
function makeGroups(random: Random, widest: number): Uint8Array {
  const segments = Array.from({ length: 5 }, () => {
    const group = random.integer(0, GROUPS.length - 1);
    return new Uint8Array(random.integer(1, widest)).fill(group);
  });
  return Buffer.concat(segments);
}

function makeSlice(
  random: Random,
  groups: Uint8Array,
  rows: readonly [number, number],
  share: number,
): CsrSlice {
  const [rowStart, rowEnd] = rows;
  const indptr = [0];
  const indices: number[] = [];
  for (let row = rowStart; row < rowEnd; row++) {
    for (const column of groups.keys()) if (random.chance(share)) indices.push(column);
    indptr.push(indices.length);
  }
  const data = new BigInt64Array(indices.length);
  const floats = new Float64Array(data.buffer);
  for (const [entry, column] of indices.entries()) {
    const value = random.integer(0, 29);
    const { dtype } = GROUPS[groups[column]!]!;
    if (dtype === 'float64') floats[entry] = value / 7;
    else data[entry] = BigInt(dtype === 'bool' ? value % 2 : value ** 4);
  }
  return {
    ...{ rowStart, rowEnd, nnz: indices.length, data },
    ...{ indptr: Int32Array.from(indptr), indices: Int32Array.from(indices) },
  };
}

/** A frame whose rows come in slices of 1 to 40 rows. */
function makeFrame(seed: number, { rows, widest, share }: FrameShape): Frame {
  const random = createRandom(seed);
  const columnGroups = makeGroups(random, widest);
  const slices: CsrSlice[] = [];
  for (let rowStart = 0; rowStart < rows; ) {
    const rowEnd = Math.min(rows, rowStart + random.integer(1, 40));
    slices.push(makeSlice(random, columnGroups, [rowStart, rowEnd], share));
    rowStart = rowEnd;
  }
  return { columnGroups, slices };
}

function optionsOf({ columnGroups, rowNames }: Frame, dialect: Partial<CsvDialect>) {
  const groups = GROUPS.map((group, number) => ({
    ...group,
    columns: columnGroups.filter((each) => each === number).length,
  }));
  const types = { groups, crc32: '' };
  const columns = columnGroups.length;
  return { columns, types, columnGroups, rowNames, dialect: { ...DEFAULT_DIALECT, ...dialect } };
}

function run(
  encoder: ChunkEncoder,
  slices: readonly CsrSlice[],
  partBytes: number,
  names: string[] = [],
) {
  const parts: Buffer[] = [];
  const header = names.length > 0 ? [encoder.header(names)] : [];
  for (const step of [...header, ...slices.map((slice) => encoder.encode(slice))]) {
    for (let next = step.next(); next.done !== true; next = step.next(new Uint8Array(partBytes))) {
      parts.push(Buffer.from(next.value));
    }
  }
  const end = encoder.end?.();
  for (let next = end?.next(); next?.done === false; next = end?.next(new Uint8Array(partBytes))) {
    parts.push(Buffer.from(next.value));
  }
  return Buffer.concat([...parts, encoder.finish()]);
}

function encodeGzip(
  frame: Frame,
  dialect: Partial<CsvDialect>,
  partBytes = 1 << 20,
  names: string[] = [],
) {
  const options = optionsOf(frame, dialect);
  const encoder = createTemplateGzipEncoder({
    ...options,
    createWriters: ({ data }) => createGroupWriters(options, data),
    buffer: new Uint8Array(partBytes),
  });
  const stored = run(encoder, frame.slices, partBytes, names);
  return { stored, content: encoder.content };
}

function textOf(frame: Frame, dialect: Partial<CsvDialect>, names: string[] = []): Buffer {
  const encoder = createMixedEncoder({ ...optionsOf(frame, dialect), buffer: new Uint8Array(999) });
  return run(encoder, frame.slices, 999, names);
}

describe('a member made with a row template', () => {
  it('holds the text of any frame, for any parts, profiles and texts of NaN', () => {
    const anyCase = fc.record({
      seed: fc.nat(),
      rows: fc.integer({ min: 0, max: 120 }),
      widest: fc.constantFrom(1, 3, 40, 400),
      share: fc.constantFrom(0, 0.01, 0.1, 0.9),
      profile: fc.constantFrom(...PROFILES),
      naRep: fc.constantFrom('', 'nan', 'a,b', '€'.repeat(64)),
      index: fc.constantFrom(undefined, true as const),
      size: fc.integer({ min: 1, max: 3000 }),
    });
    fc.assert(
      fc.property(anyCase, ({ seed, rows, widest, share, index, size, ...words }) => {
        const frame = makeFrame(seed, { rows, widest, share });
        const dialect = { ...words, ...(index && { index }) };
        const text = textOf(frame, dialect);
        const { stored, content } = encodeGzip(frame, dialect, size);
        expect(gunzipSync(stored).equals(text)).toBe(true);
        expect(content.bytes).toBe(text.length);
      }),
      { numRuns: 150 },
    );
  });

  it('has a header before its rows', () => {
    const frame = makeFrame(1, { rows: 5, widest: 20, share: 0.1 });
    const names = Array.from(frame.columnGroups, (_, column) => `name ${column}`);
    const { stored, content } = encodeGzip(frame, { header: 'first-chunk' }, 50, names);
    const text = textOf(frame, { header: 'first-chunk' }, names);
    expect(gunzipSync(stored).toString()).toBe(text.toString());
    expect(content.bytes).toBe(text.length);
  });

  it('has the same bytes however its rows are cut into slices', () => {
    const frame = makeFrame(3, { rows: 300, widest: 200, share: 0.05 });
    const single: CsrSlice[] = frame.slices.flatMap((slice) =>
      Array.from({ length: slice.rowEnd - slice.rowStart }, (_, row) => {
        const [start = 0, end = 0] = slice.indptr.subarray(row, row + 2);
        return {
          ...{ rowStart: slice.rowStart + row, rowEnd: slice.rowStart + row + 1, nnz: end - start },
          indptr: Int32Array.of(0, end - start),
          indices: slice.indices.slice(start, end),
          data: slice.data.slice(start, end),
        };
      }),
    );
    const once = encodeGzip(frame, { index: true });
    expect(encodeGzip({ ...frame, slices: single }, { index: true }, 77)).toEqual(once);
  });

  it('goes on in new blocks, with codes of what was written, and has these bytes', () => {
    const frame = makeFrame(5, { rows: 12_000, widest: 400, share: 0.01 });
    const { stored } = encodeGzip(frame, {});
    const text = textOf(frame, {});
    expect(gunzipSync(stored).equals(text)).toBe(true);
    expect(stored.length).toBeLessThan(2 * gzipSync(text).length);
    // The same run has the same bytes in every version of the contract.
    expect(createHash('sha256').update(stored).digest('hex').slice(0, 16)).toBe('1b2a67ccd0aedf9e');
  });

  it('writes the name of a row once, also where it fills the stage', () => {
    const frame = makeFrame(9, { rows: 400, widest: 9, share: 0.1 });
    const random = createRandom(10);
    const slices = frame.slices.map((slice) => {
      const rows = slice.rowEnd - slice.rowStart;
      const bytes = Uint8Array.from({ length: rows * 9000 }, () => random.integer(48, 122));
      const starts = Uint32Array.from({ length: rows }, (_, row) => row * 9000);
      const ends = starts.map((start) => start + 9000);
      const { rowStart, rowEnd } = slice;
      return { ...slice, rowNames: { rowStart, rowEnd, bytes, starts, ends } };
    });
    const named = { ...frame, slices, rowNames: { title: '', longestBytes: 9000 } };
    const text = textOf(named, { index: true });
    expect(text.length).toBeGreaterThan(400 * 9000);
    expect(gunzipSync(encodeGzip(named, { index: true }).stored).equals(text)).toBe(true);
  });

  it('writes rows that are longer than a step', () => {
    const columnGroups = new Uint8Array(400_000).fill(1).fill(0, 150_000, 290_000);
    const slice = {
      ...{ rowStart: 0, rowEnd: 3, nnz: 2, indptr: Int32Array.of(0, 1, 1, 2) },
      ...{ indices: Int32Array.of(200_000, 399_999), data: BigInt64Array.of(1n, 12n) },
    };
    const frame = { columnGroups, slices: [slice] };
    expect(gunzipSync(encodeGzip(frame, {}).stored).equals(textOf(frame, {}))).toBe(true);
  });
});

describe('the encoder of a compressed chunk of several dtypes', () => {
  const isDirect = (widest: number, share: number, nnz = 1) => {
    const frame = makeFrame(7, { rows: 10, widest, share });
    const buffer = new Uint8Array(1 << 20);
    const density = { rows: 10, nnz };
    const options = { ...optionsOf(frame, {}), density, compression: 'gzip' } as const;
    const stored = run(createMixedChunkEncoder({ ...options, buffer }), frame.slices, 1 << 20);
    expect(gunzipSync(stored).equals(textOf(frame, {}))).toBe(true);
    return stored.equals(encodeGzip(frame, {}).stored);
  };

  it('knows no text where few cells are stored and neighbours are alike', () => {
    expect(isDirect(400, 0.01)).toBe(true);
    expect(isDirect(1, 0.01)).toBe(false);
    expect(isDirect(400, 0.01, 1e6)).toBe(false);
  });
});
