import { describe, expect, it } from 'vitest';
import { ExpectationError } from '#core/errors.ts';
import {
  assertPublished,
  assertSameKind,
  attemptIn,
  baseOf,
  movedAt,
  type RowKind,
} from '#core/manifest/generations.ts';
import { manifestHead } from '#core/manifest/manifest-text.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { headerOf } from '#support/run-header.ts';

const first = headerOf({ rows: 10, nnz: 7, chunks: 3 });
const firstHead = manifestHead(first);
const link = { generation: 1, bytes: 99, crc32: '0000002a' };

describe('manifestHead', () => {
  it('of a run that begins a set names one generation, and none before it', () => {
    expect(firstHead).toMatchObject({ generation: 1, facts: { shape: [10, 2], nnz: 7 } });
    expect(firstHead.previous).toBeUndefined();
    expect(firstHead.generations).toEqual([
      {
        generation: 1,
        runId: first.runId,
        source: first.source,
        facts: first.facts,
        rowStart: 0,
        rowEnd: 10,
        chunks: 3,
      },
    ]);
  });

  it('of an appended run describes the whole set, and links what was there', () => {
    const runId = 'f'.repeat(32);
    const run = { ...headerOf({ rows: 5, nnz: 2, chunks: 1 }), runId };
    const base = baseOf(firstHead);
    const head = manifestHead({ ...run, base, generation: 2 }, { head: firstHead, link });
    expect(head).toMatchObject({ runId, generation: 2, previous: link });
    expect(head.facts).toMatchObject({ shape: [15, 2], nnz: 9 });
    expect(head.generations[0]).toEqual(firstHead.generations[0]);
    expect(head.generations[1]).toMatchObject({ runId, rowStart: 10, rowEnd: 15, chunks: 1 });
    expect(baseOf(head)).toEqual({ chunks: 4, rows: 15, since: 1 });
  });

  it('says of all generations which needed another attempt', () => {
    const moved = { generation: 2, attempt: 3 };
    const run = headerOf({ rows: 5, nnz: 2, chunks: 1 });
    const base = { ...baseOf(firstHead), moved };
    const second = manifestHead({ ...run, base, generation: 2 }, { head: firstHead, link });
    const attempts = [{ ...moved, chunk: 3 }];
    expect(second.attempts).toEqual(attempts);
    expect(baseOf(second)).toEqual({ chunks: 4, rows: 15, since: 1, moved });
    const next = { ...run, base: baseOf(second), generation: 3 };
    const third = manifestHead(next, { head: second, link });
    expect(third.attempts).toEqual(attempts);
    expect([1, 2, 3].map((generation) => attemptIn(third, generation))).toEqual([1, 3, 1]);
    const over = { ...run, base: { ...EMPTY_BASE, since: 4 }, generation: 4 };
    const fourth = manifestHead(over, { head: third, link });
    expect(fourth.attempts).toEqual(attempts);
    expect(baseOf(fourth)).toEqual({ chunks: 1, rows: 5, since: 4 });
  });
});

it('movedAt finds the folder of each chunk', () => {
  const [two, five] = [
    { generation: 2, attempt: 2 },
    { generation: 5, attempt: 3 },
  ];
  const attempts = [
    { ...two, chunk: 3 },
    { ...five, chunk: 6 },
  ];
  const moved = (since: number) => [2, 3, 5, 6].map((at) => movedAt({ attempts }, since, at).moved);
  expect(moved(1)).toEqual([undefined, two, two, five]);
  expect(moved(3)).toEqual([undefined, undefined, undefined, five]);
  expect(movedAt({}, 1, 9)).toEqual({});
});

describe('assertPublished', () => {
  const transform = { sql: 'select * from input where true', schema: [] };
  const read = { columns: {}, byName: false, onBadRow: 'fail', rowGroupRows: 1 } as const;
  const facts = {
    ...({ kind: 'table', format: 'csv', objects: 1, bytes: 9, columns: 2 } as const),
    ...{ schema: '0'.repeat(32), engine: 'x' },
  };
  const table = { ...firstHead.generations[0]!, facts };

  it('compares the rows of a table where its generation says them', () => {
    const refusal = (given: Partial<typeof table>, rows: number) => () =>
      assertPublished({ ...table, ...given }, { rows });
    refusal({ read }, 10)();
    refusal({ read: { ...read, onBadRow: 'reject' } }, 11)();
    refusal({}, 11)();
    expect(refusal({ read }, 11)).toThrow(ExpectationError);
    const transformed = { read: { ...read, onBadRow: 'reject', transform } } as const;
    expect(refusal(transformed, 11)).toThrow('10 come out of the transform');
    expect(() => assertPublished(table, { columns: 3 })).toThrow('expect.columns is 3');
    expect(() => assertPublished(firstHead.generations[0]!, { rows: 9 })).toThrow('has 10');
  });
});

describe('assertSameKind', () => {
  const { facts, output } = first;
  const batch: RowKind = { facts, output };

  it('takes rows of the same kind, however many', () => {
    assertSameKind({ ...batch, facts: { ...facts, shape: [0, 2], nnz: 0 } }, firstHead, 'x');
    assertSameKind({ output }, firstHead, 'x');
  });

  it('fails with every difference', () => {
    const dialect = {
      profile: 'empty',
      delimiter: ';',
      naRep: 'NA',
      header: 'first-chunk',
    } as const;
    const other: RowKind = {
      facts: { ...facts, shape: [1, 3], dtype: 'float64', fillValue: 'NaN' },
      output: {
        ...PLAIN_CSV,
        dialect: { ...PLAIN_CSV.dialect, ...dialect },
        compression: 'gzip',
      },
    };
    const refusal = 'rows cannot be appended to s3://out/x/';
    expect(() => assertSameKind(other, firstHead, refusal)).toThrow(
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
