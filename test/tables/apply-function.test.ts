import { randomUUID } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { BoundExceededError, TransformError } from '#core/errors.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import type { FunctionTransform } from '#core/tables/schema/transform-section.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { patience } from '#support/patience.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { convertedFile, type PlannedTable, planned } from '#support/tables/convert-table.ts';
import { columnsOf, rowsOf } from '#support/tables/table-content.ts';
import { withEngine } from '#support/tables/with-engine.ts';
import type { CallFunction } from '#tables/apply-function.ts';

const SCHEMA = { id: 'integer', city: 'varchar', x: 'double' };

const TEXT = `id,city,x\n${Array.from({ length: 100 }, (_, id) => `${id},city ${id},${id / 8}\n`).join('')}`;

const transforms = { clean: 'arn:aws:lambda:us-east-1:1:function:f:3' };

/** A function that writes what a SELECT over the file that it gets gives. */
function writing(select: (path: string) => string): CallFunction {
  return async ({ path }) =>
    await withEngine(async (engine, directory) => {
      const [from, to] = ['from', 'to'].map((name) => join(directory, name));
      await copyFile(path, from!);
      const file = { path: to!, format: 'parquet', compression: 'zstd', rowGroupRows: 10 } as const;
      await engine.writeSelect({ text: select(`read_parquet('${from}')`) }, file);
      return memorySource(await readFile(to!), `s3://b/_transform/${randomUUID()}.parquet`);
    });
}

type Declared = Partial<Pick<FunctionTransform, 'rows'>> & { readonly schema?: object };

function plan(
  call: CallFunction,
  { rows = 'same', schema }: Declared = {},
  text = TEXT,
  short: ShortTable = {},
): Promise<PlannedTable> {
  const store = memoryObjectStore({ 's3://b/a.csv': Buffer.from(text) });
  const declared = schema && { schema: tableSchema.parse(schema) };
  const transform = { lambda: 'clean', rows, ...declared } as const;
  return planned(askedTable({ schema: SCHEMA, transform, ...short }), store, { transforms, call });
}

/** Why a plan whose sample is given to a function fails. */
async function problemOf(call: CallFunction, declared?: Declared, text?: string): Promise<string> {
  const error = await plan(call, declared, text).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TransformError);
  return (error as Error).message;
}

describe('transform.lambda', { timeout: patience(60_000) }, () => {
  it('gives rows to the function and writes what it made, in the columns declared', async () => {
    const seen: object[] = [];
    const call: CallFunction = async (given) => {
      const bytes = await readFile(given.path);
      seen.push({ lambda: given.lambda, columns: await columnsOf(bytes) });
      return await writing(
        (from) =>
          `SELECT upper(city) AS city, id * 2::BIGINT AS twice FROM ${from} WHERE id % 2 = 0`,
      )(given);
    };
    const schema = { twice: 'integer', city: 'varchar' };
    const size = { size: { rows: 40 } };
    const table = await plan(call, { rows: 'fewer', schema }, TEXT, size);
    expect(table.layout.transform).toEqual({
      lambda: { name: 'clean', version: '3' },
      rows: 'fewer',
      schema: [
        { name: 'twice', type: 'INTEGER' },
        { name: 'city', type: 'VARCHAR' },
      ],
    });
    expect(table.transformed?.firstRows).toEqual([
      ['0', 'CITY 0'],
      ['4', 'CITY 2'],
      ['8', 'CITY 4'],
    ]);
    const rows: string[] = [];
    for (const chunk of table.chunks) {
      const { bytes, left } = await convertedFile(table, chunk);
      expect(await columnsOf(bytes)).toEqual({ twice: 'INTEGER', city: 'VARCHAR' });
      expect(left).toEqual([]);
      rows.push(...(await rowsOf(bytes)));
    }
    const even = Array.from({ length: 50 }, (_, n) => JSON.stringify([n * 4, `CITY ${n * 2}`]));
    expect(rows).toEqual(even);
    expect(seen).toHaveLength(4);
    const columns = { id: 'INTEGER', city: 'VARCHAR', x: 'DOUBLE' };
    expect(seen[0]).toEqual({ lambda: { name: 'clean', version: '3' }, columns });
  });

  it('has the columns of the input where none are declared', async () => {
    const table = await plan(writing((from) => `SELECT x, city, id FROM ${from}`));
    const { bytes } = await convertedFile(table, table.chunks[0]!);
    expect(Object.keys(await columnsOf(bytes))).toEqual(['id', 'city', 'x']);
    expect((await rowsOf(bytes)).slice(0, 2)).toEqual(['[0,"city 0",0]', '[1,"city 1",0.125]']);
  });

  it('is not called without rows, and may leave none', async () => {
    const call: CallFunction = () => Promise.reject(new Error('called'));
    const empty = await plan(call, { schema: { n: 'date' } }, 'id,city,x\n');
    const { bytes, rows } = await convertedFile(empty, empty.chunks[0]!);
    expect([rows, await columnsOf(bytes)]).toEqual([0, { n: 'DATE' }]);
    const none = await plan(
      writing((from) => `SELECT * FROM ${from} LIMIT 0`),
      { rows: 'fewer' },
    );
    expect(await convertedFile(none, none.chunks[0]!)).toMatchObject({ rows: 0, left: [] });
  });

  it.each<[string, (from: string) => string, Declared, RegExp]>([
    [
      'leaves out rows',
      (from) => `SELECT * FROM ${from} LIMIT 99`,
      {},
      /^transform\.lambda clean \(version 3\) wrote 99 rows of 100 that it got; set transform\.rows/,
    ],
    [
      'adds rows',
      (from) => `SELECT * FROM ${from} UNION ALL SELECT * FROM ${from}`,
      { rows: 'fewer' },
      /wrote 200 rows of 100 that it got; a function makes of each row one row, or none/,
    ],
    [
      'writes other columns',
      (from) => `SELECT id, city, id AS __index_level_0__ FROM ${from}`,
      {},
      /wrote another schema than declared, it lacks "x" and has "__index_level_0__" besides/,
    ],
    [
      'writes values that their column cannot hold',
      (from) => `SELECT * REPLACE (id / 2 AS id) FROM ${from}`,
      {},
      /did not write what was declared: column "id" of .*, row 1 is "0\.5", which INTEGER .*; write/,
    ],
    [
      'writes a type that never becomes that of the column',
      (from) => `SELECT * REPLACE ([id] AS id) FROM ${from}`,
      {},
      /did not write what was declared: .*column "id"/,
    ],
  ])('fails by name where the function %s', async (_, select, declared, sentence) => {
    expect(await problemOf(writing(select), declared)).toMatch(sentence);
  });

  it.each([
    ['is no Parquet', Buffer.from('id,city,x\n1,a,2\n')],
    ['is empty', Buffer.alloc(0)],
  ])('fails by name where what was written %s', async (_, bytes) => {
    const call: CallFunction = async () => memorySource(bytes, 's3://b/_transform/made.parquet');
    expect(await problemOf(call)).toMatch(/did not write what was declared: s3:\/\/b\/_transform/);
  });

  it('fails by name where what was written is damaged', async () => {
    const whole = writing((from) => `SELECT * FROM ${from}`);
    const call: CallFunction = async (given) => {
      const source = await whole(given);
      const bytes = Buffer.from(await source.read({ offset: 0, length: source.size }));
      bytes.fill(255, 10, 60);
      return memorySource(bytes, source.uri);
    };
    expect(await problemOf(call)).toMatch(/did not write what was declared/);
  });

  it('passes on what the function failed by', async () => {
    const failing: CallFunction = () => Promise.reject(new BoundExceededError('too much'));
    await expect(plan(failing)).rejects.toThrow('too much');
  });

  it('cannot be made again without the deployment', async () => {
    const table = await plan(writing((from) => `SELECT * FROM ${from}`));
    const { call: _, ...here } = table;
    await expect(convertedFile(here, table.chunks[0]!)).rejects.toThrow(
      'transform.lambda clean (version 3) runs in its deployment alone, so what it made cannot be made again here',
    );
  });
});
