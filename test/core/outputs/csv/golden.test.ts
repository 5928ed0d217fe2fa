import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import type { RowRange } from '#core/contract.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import type { CsvProfile } from '#core/outputs/csv/profiles.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { encodeParts } from '#support/encode-text.ts';
import { openMatrix } from '#support/open-matrix.ts';

interface GoldenText {
  readonly bytes: number;
  readonly sha256: string;
}

interface GoldenCase {
  readonly id: string;
  readonly file: string;
  readonly format: string;
  readonly shape: readonly [number, number];
  readonly compressed: boolean;
  readonly contract: Readonly<Record<CsvProfile, GoldenText>> & {
    readonly typed: {
      readonly chunks: readonly (GoldenText & { readonly rows: readonly [number, number] })[];
    };
  };
}

function fixture(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../../fixtures/golden/${path}`, import.meta.url)));
}

const { cases } = JSON.parse(new TextDecoder().decode(fixture('cases.json'))) as {
  readonly cases: readonly GoldenCase[];
};
const CSR = cases.filter(({ compressed }) => !compressed);
const PROFILES = ['typed', 'zero0', 'empty'] as const;

/** Small enough that most cases take several slices and every text crosses parts. */
const SLICE_BYTES = 256;
const PART_BYTES = [64, 1000];

async function textOf(
  golden: GoldenCase,
  profile: CsvProfile,
  rows: RowRange,
): Promise<Uint8Array> {
  const source = memorySource(fixture(golden.file));
  const { matrix } = await openMatrix(source);
  const slices = await Array.fromAsync(readSlices(matrix, rows, { sliceBytes: SLICE_BYTES }));
  const parts = encodeParts(slices, {
    dtype: matrix.dtype,
    columns: matrix.shape[1],
    dialect: { ...DEFAULT_DIALECT, profile },
    partBytes: PART_BYTES,
  });
  return Buffer.concat(parts);
}

function figures(text: Uint8Array): GoldenText {
  return { bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') };
}

function golden({ bytes, sha256 }: GoldenText): GoldenText {
  return { bytes, sha256 };
}

test('the golden files hold 51 stored matrices', () => {
  expect(CSR).toHaveLength(51);
});

describe.each(CSR)('the matrix $id', (matrix) => {
  test.each(PROFILES)('prints its %s text', async (profile) => {
    const text = await textOf(matrix, profile, { rowStart: 0, rowEnd: matrix.shape[0] });
    expect(figures(text)).toEqual(golden(matrix.contract[profile]));
  });

  test('prints each of its typed chunks', async () => {
    for (const chunk of matrix.contract.typed.chunks) {
      const [rowStart, rowEnd] = chunk.rows;
      const text = await textOf(matrix, 'typed', { rowStart, rowEnd });
      expect(figures(text)).toEqual(golden(chunk));
    }
  });

  test.each(['zero0', 'empty'] as const)(
    'concatenates its %s chunks to the whole',
    async (profile) => {
      const texts = matrix.contract.typed.chunks.map(({ rows: [rowStart, rowEnd] }) =>
        textOf(matrix, profile, { rowStart, rowEnd }),
      );
      const whole = Buffer.concat(await Promise.all(texts));
      expect(figures(whole)).toEqual(golden(matrix.contract[profile]));
    },
  );
});
