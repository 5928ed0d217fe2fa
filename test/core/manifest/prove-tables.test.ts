import { describe, expect, it } from 'vitest';
import { IncompleteRunError, OutputConflictError } from '#core/errors.ts';
import { assertSameKind } from '#core/manifest/generations.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { type CountedRun, manifestHead, manifestText } from '#core/manifest/manifest-text.ts';
import { type ListedObject, proveChunks } from '#core/manifest/prove-chunks.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { chunkKey } from '#core/run/chunk-key.ts';
import type { ChunkRecord } from '#core/run/ledger-records.ts';
import { parsePlanLine, planLine } from '#core/run/plan-line.ts';
import { type PlannedChunk, plannedText } from '#core/run/planned-chunk.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';

const columns = [{ name: 'id', type: 'BIGINT' }];

const run: CountedRun = {
  runId: '0123456789abcdef0123456789abcdef',
  source: { uri: 's3://raw/t/', etag: 'abc', versionId: null, size: 30 },
  facts: {
    ...{ kind: 'table', format: 'csv', objects: 3, bytes: 30, columns: 1 },
    ...{ schema: '0'.repeat(32), engine: 'duckdb-1.5.6' },
  },
  output: { kind: 'table', file: { format: 'parquet', compression: 'zstd', rowGroupBytes: 1 } },
  location: { bucket: 'lake', prefix: 'out/' },
  ...{ generation: 1, base: EMPTY_BASE, chunks: 3, rows: 12, columns },
};

const at = (object: number, byte = 0) => ({ object, at: byte });
const list = { offset: 0, length: 9 };

const PLAN: readonly PlannedChunk[] = [
  { index: 0, start: at(0), end: at(1, 5), list },
  { index: 1, start: at(1, 5), end: at(2), list },
  { index: 2, start: at(2), end: at(3), list },
];

interface Accounts {
  plan: PlannedChunk[];
  ledger: ChunkRecord[];
  objects: ListedObject[];
}

const ROWS = [4, 0, 8];

function accounts(): Accounts {
  const ledger = PLAN.map(
    (chunk, index): ChunkRecord => ({
      ...{ index, planned: plannedText(chunk), tries: 1, status: 'done' },
      ...{ bytes: 100, contentBytes: 100, crc32: '0000002a', etag: `e${index}` },
      recordCount: ROWS[index],
      counts: { rejected: index === 2 ? 3 : 0 },
      ...(index === 0 && { statistics: '[{"column":"id","min":"0","max":"3","nulls":0}]' }),
    }),
  );
  const objects = PLAN.map(({ index }) => ({ key: chunkKey(run, index), size: 100 }));
  return { plan: [...PLAN], ledger, objects };
}

async function* each<T>(items: readonly T[]) {
  yield* items;
}

function prove({ plan, ledger, objects }: Accounts, of = run) {
  return proveChunks(of, { plan: each(plan), ledger: each(ledger), objects: each(objects) });
}

describe('proveChunks of a table', () => {
  it('numbers the rows that the writers counted, and keeps what they say of them', async () => {
    const text = manifestText(manifestHead(run), prove(accounts()), {
      totals: new TotalsBuilder(),
    });
    const manifest = parseManifest((await Array.fromAsync(text)).join(''));
    expect(manifest).toMatchObject({
      columns,
      generations: [{ rowStart: 0, rowEnd: 12 }],
      totals: { rows: 12, counts: { rejected: 3 } },
    });
    expect(manifest.entries.map(({ rowStart, rowEnd }) => [rowStart, rowEnd])).toEqual([
      [0, 4],
      [4, 4],
      [4, 12],
    ]);
    const [first, , last] = manifest.entries;
    expect(first).toMatchObject({
      range: { start: at(0), end: at(1, 5) },
      meta: { record_count: 4 },
      statistics: [{ column: 'id', min: '0', max: '3', nulls: 0 }],
    });
    expect(first).not.toHaveProperty('rejects');
    expect(last?.rejects).toBe('s3://lake/out/_manifest/rejects/chunk-000002.jsonl');
  });

  it('keeps the keys of chunks of a database', async () => {
    const given = accounts();
    const keys = { first: ['a'], last: ['b'], next: ['c'], keys: 2, rows: 9 };
    given.plan[0] = { ...PLAN[0], keys } as PlannedChunk;
    given.ledger[0] = { ...given.ledger[0]!, planned: plannedText(given.plan[0]) };
    const [first, second] = await Array.fromAsync(prove(given));
    expect(first?.keys).toEqual({ first: ['a'], last: ['b'], keys: 2 });
    expect(second).not.toHaveProperty('keys');
  });

  it('goes on with the rows of its base', async () => {
    const base = { chunks: 0, rows: 50, since: 1 };
    const entries = await Array.fromAsync(prove(accounts(), { ...run, generation: 2, base }));
    expect(entries.map(({ rowStart }) => rowStart)).toEqual([50, 54, 54]);
  });

  const faults: readonly [string, RegExp, (accounts: Accounts) => unknown][] = [
    [
      'a gap in the plan',
      /the plan has a gap before chunk 1/,
      ({ plan }) => plan.splice(1, 1, { ...PLAN[1]!, start: at(1, 6) } as PlannedChunk),
    ],
    [
      'a plan that leaves out rows of a row group',
      /the plan has a gap before chunk 2/,
      ({ plan, ledger }) => {
        const chunk = { ...PLAN[1]!, end: { ...at(2), row: 1 } } as PlannedChunk;
        plan.splice(1, 1, chunk);
        ledger.splice(1, 1, { ...ledger[1]!, planned: plannedText(chunk) });
      },
    ],
    [
      'a plan that ends within a row group',
      /the plan ends in object 3 of 3/,
      ({ plan, ledger }) => {
        const chunk = { ...PLAN[2]!, end: { ...at(3), row: 1 } } as PlannedChunk;
        plan.splice(2, 1, chunk);
        ledger.splice(2, 1, { ...ledger[2]!, planned: plannedText(chunk) });
      },
    ],
    [
      'a chunk of other rows',
      /chunk 1 was written for object 1 at 5 to object 2 at 0 row 7, planned are/,
      ({ ledger }) => {
        const planned = JSON.stringify({ ...PLAN[1]!, end: { ...at(2), row: 7 } });
        ledger.splice(1, 1, { ...ledger[1]!, planned });
      },
    ],
    [
      'a plan that begins late',
      /the plan has a gap before chunk 0/,
      ({ plan }) => plan.splice(0, 1, { ...PLAN[0]!, start: at(0, 1) } as PlannedChunk),
    ],
    [
      'a plan that ends early',
      /the plan ends in object 2 of 3/,
      ({ plan, ledger, objects }) => [plan, ledger, objects].map((all) => all.pop()),
    ],
    [
      'a plan of nothing',
      /the plan ends in object 0 of 3/,
      ({ plan, ledger, objects }) => [plan, ledger, objects].map((all) => all.splice(0)),
    ],
    [
      'a chunk of another range',
      /chunk 1 was written for object 1 at 5 to object 3 at 0, planned are object 1 at 5 to obj/,
      ({ ledger }) => {
        const planned = JSON.stringify({ ...PLAN[1]!, end: at(3) });
        ledger.splice(1, 1, { ...ledger[1]!, planned });
      },
    ],
    [
      'rows that nobody counted before',
      /the chunks hold 13 rows of 12/,
      ({ ledger }) => ledger.splice(0, 1, { ...ledger[0]!, recordCount: 5 } as ChunkRecord),
    ],
  ];

  it.each(faults)('fails on %s', async (_, message, spoil) => {
    const spoiled = accounts();
    spoil(spoiled);
    const proof = Array.fromAsync(prove(spoiled));
    await expect(proof).rejects.toThrow(IncompleteRunError);
    await expect(proof).rejects.toThrow(message);
  });
});

describe('the manifest of a table', () => {
  it('says how the source was read, where that is known', () => {
    const read = { columns: {}, byName: false, onBadRow: 'fail', rowGroupRows: 9 } as const;
    expect(manifestHead({ ...run, read }).generations[0]).toMatchObject({ read });
    expect(manifestHead(run).generations[0]).not.toHaveProperty('read');
  });
});

describe('the plan of a table', () => {
  it('has lines that parse back', () => {
    for (const chunk of PLAN) expect(parsePlanLine(planLine(chunk))).toEqual(chunk);
  });
});

describe('assertSameKind of tables', () => {
  const { facts, output } = run;

  it('names each column that differs, ten of them', () => {
    assertSameKind({ facts, output, columns }, manifestHead(run), 'x');
    const other = [{ name: 'id', type: 'INTEGER' }];
    const refuse = () => assertSameKind({ facts, output, columns: other }, manifestHead(run), 'x');
    expect(refuse).toThrow(OutputConflictError);
    expect(refuse).toThrow('column 1 is "id INTEGER", there "id BIGINT"; make them agree');
    const many = Array.from({ length: 30 }, (_, i) => ({ name: `c${i}`, type: 'DATE' }));
    const refuseMany = () =>
      assertSameKind({ facts, output, columns: many }, manifestHead(run), 'x');
    expect(refuseMany).toThrow(/column 10 is .*; and 20 more; make them agree/);
  });
});
