import { describe, expect, it } from 'vitest';
import { OutputConflictError } from '#core/errors.ts';
import { assertSameKind, baseOf, generationsOf, type RowKind } from '#core/manifest/generations.ts';
import { manifestHead } from '#core/manifest/manifest-text.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { EMPTY_BASE, generationOf } from '#core/run/run.ts';
import { headerOf } from '#support/run-header.ts';

const first = headerOf({ rows: 10, nnz: 7, chunks: 3 });
const firstHead = manifestHead(first);
const link = { generation: 1, bytes: 99, crc32: '0000002a' };

describe('manifestHead', () => {
  it('of a run that begins a set names one generation, and none before it', () => {
    expect(firstHead).toMatchObject({ generation: 1, matrix: { shape: [10, 2], nnz: 7 } });
    expect(firstHead.previous).toBeUndefined();
    expect(firstHead.generations).toEqual([
      {
        generation: 1,
        runId: first.runId,
        source: { ...first.source, format: 'npz' },
        rowStart: 0,
        rowEnd: 10,
        nnz: 7,
        chunks: 3,
      },
    ]);
  });

  it('of an appended run describes the whole set, and links what was there', () => {
    const runId = 'f'.repeat(32);
    const run = { ...headerOf({ rows: 5, nnz: 2, chunks: 1 }), runId };
    const base = baseOf(firstHead.generations ?? []);
    const head = manifestHead({ ...run, base }, { head: firstHead, link });
    expect(head).toMatchObject({ runId, generation: 2, previous: link });
    expect(head.matrix).toMatchObject({ shape: [15, 2], nnz: 9 });
    expect(head.generations?.[0]).toEqual(firstHead.generations?.[0]);
    expect(head.generations?.[1]).toMatchObject({ runId, rowStart: 10, rowEnd: 15, chunks: 1 });
    expect(baseOf(head.generations ?? [])).toEqual({ generation: 2, chunks: 4, rows: 15 });
  });
});

describe('baseOf', () => {
  it('is empty where nothing is, so that the run is the first generation', () => {
    expect(baseOf([])).toBe(EMPTY_BASE);
    expect(generationOf({ base: EMPTY_BASE })).toBe(1);
  });
});

describe('generationsOf', () => {
  it('fails on a manifest that lists none', () => {
    const { generations: _, ...old } = firstHead;
    expect(generationsOf(firstHead, 's3://out/x/')).toHaveLength(1);
    expect(() => generationsOf(old, 's3://out/x/')).toThrow(OutputConflictError);
    expect(() => generationsOf(old, 's3://out/x/')).toThrow(
      /cannot be appended to s3:\/\/out\/x\/:/,
    );
  });
});

describe('assertSameKind', () => {
  const { matrix, dialect, compression } = first;
  const batch: RowKind = { matrix, dialect, compression };

  it('takes rows of the same kind, however many', () => {
    assertSameKind({ ...batch, matrix: { ...matrix, shape: [0, 2] } }, firstHead, 'x');
    assertSameKind({ dialect: DEFAULT_DIALECT, compression }, firstHead, 'x');
  });

  it('fails with every difference', () => {
    const other: RowKind = {
      matrix: { shape: [1, 3], dtype: 'float64', fillValue: 'NaN' },
      dialect: { profile: 'empty', delimiter: ';', naRep: 'NA', header: 'first-chunk' },
      compression: 'gzip',
    };
    expect(() => assertSameKind(other, firstHead, 's3://out/x/')).toThrow(
      [
        'rows cannot be appended to s3://out/x/: output.compression is "gzip", there "none"',
        'output.text.profile is "empty", there "typed"',
        'output.text.delimiter is ";", there ","',
        'output.text.naRep is "NA", there ""',
        'output.text.header is "first-chunk", there "none"',
        'the number of columns is 3, there 2',
        'the dtype is "float64", there "int64"',
        'an unstored cell is "NaN", there 0; make them agree, or choose another output.uri',
      ].join('; '),
    );
  });
});
