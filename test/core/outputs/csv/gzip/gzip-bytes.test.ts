import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { CONTRACT_VERSION } from '#core/contract.ts';
import type { DType } from '#core/elements/dtype.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import {
  canDeflateDirectly,
  createDirectGzipEncoder,
} from '#core/outputs/csv/gzip/direct-gzip-encoder.ts';
import { createTextGzipEncoder } from '#core/outputs/csv/gzip/text-gzip-encoder.ts';
import type { CellOptions } from '#core/outputs/csv/implicit-text.ts';
import type { CsvProfile } from '#core/outputs/csv/profiles.ts';
import { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { freshBuffers } from '#test/core/outputs/csv/wasm/collect-parts.ts';
import { regularSlice } from '#test/core/outputs/csv/wasm/regular-slice.ts';

/** File of the digests of one contract version; a new version has a file of its own. */
const FOLDER = `../../../../fixtures/gzip/contract-${CONTRACT_VERSION}`;

/** What zlib makes changes with its version, and with the processor. */
const ZLIB = `zlib-${process.versions.zlib.split('-')[0]}`;

interface Sample {
  readonly dtype: DType;
  readonly rows: number;
  readonly columns: number;
  /** A cell is stored so often. */
  readonly step: number;
  readonly data: (nnz: number) => CsrSlice['data'];
}

const MATRICES: Readonly<Record<string, Sample>> = {
  'one cell': { dtype: 'uint8', rows: 1, columns: 1, step: 1, data: (n) => new Uint8Array(n) },
  'nothing stored': {
    dtype: 'int32',
    rows: 40,
    columns: 3000,
    step: 1e9,
    data: () => new Int32Array(),
  },
  digits: {
    dtype: 'int32',
    rows: 3000,
    columns: 997,
    step: 29,
    data: (n) => Int32Array.from({ length: n }, (_, i) => ((i * i) % 7) + 1),
  },
  'numbers of one to ten digits': {
    dtype: 'int64',
    rows: 400,
    columns: 997,
    step: 5,
    data: (n) => BigInt64Array.from({ length: n }, (_, i) => (-3n) ** BigInt(i % 20)),
  },
  words: {
    dtype: 'bool',
    rows: 5,
    columns: 30_000,
    step: 11,
    data: (n) => new Uint8Array(n).fill(1),
  },
  floats: {
    dtype: 'float64',
    rows: 9,
    columns: 30_000,
    step: 13,
    data: (n) => Float64Array.from({ length: n }, (_, i) => Math.round(1e6 * (i % 97)) / 2 ** 20),
  },
  'long rows': {
    dtype: 'uint16',
    rows: 3,
    columns: 300_000,
    step: 200_003,
    data: (n) => Uint16Array.from({ length: n }, (_, i) => 65_535 - i),
  },
};

const WAYS = { direct: createDirectGzipEncoder, text: createTextGzipEncoder } as const;

function digest(
  way: keyof typeof WAYS,
  kernel: Kernel,
  sample: Sample,
  profile: CsvProfile,
): string {
  const { dtype, rows, columns, step, data } = sample;
  const options: CellOptions = { dtype, columns, dialect: { ...DEFAULT_DIALECT, profile } };
  if (way === 'direct' && !canDeflateDirectly(options)) return 'not possible';
  const nextBuffer = freshBuffers([4096]);
  const encoder = WAYS[way](kernel, { ...options, buffer: nextBuffer() });
  const hash = createHash('sha256');
  const parts = [encoder.encode(regularSlice(rows, columns, step, data)), encoder.end()];
  for (const generator of parts) {
    for (let next = generator.next(); next.done !== true; next = generator.next(nextBuffer()))
      hash.update(next.value);
  }
  return hash.update(encoder.finish()).digest('hex');
}

/**
 * Digests of all matrices, twice with one kernel, because an encoder may leave nothing for the next
 * one.
 */
function digests(way: keyof typeof WAYS): string {
  const kernel = new Kernel({ count: 0, bytes: 0 });
  const found: Record<string, string> = {};
  for (const [name, sample] of Object.entries(MATRICES)) {
    for (const profile of ['typed', 'zero0', 'empty'] as const) {
      const key = `${name}, ${profile}`;
      found[key] = digest(way, kernel, sample, profile);
      expect(digest(way, kernel, sample, profile), key).toBe(found[key]);
    }
  }
  return `${JSON.stringify(found, undefined, 2)}\n`;
}

// Other bytes here mean that CONTRACT_VERSION has to be raised, never that a file may be edited.
test('compresses matrices to the bytes of this version of the contract', async () => {
  await expect(digests('direct')).toMatchFileSnapshot(`${FOLDER}.direct.json`);
});

test.runIf(process.arch === 'x64')('compresses text to the bytes of this zlib', async () => {
  await expect(digests('text')).toMatchFileSnapshot(`${FOLDER}.text.${ZLIB}.json`);
});
