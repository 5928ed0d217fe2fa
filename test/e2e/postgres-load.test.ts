import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseManifest } from '#core/manifest/manifest.ts';
import type { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { postgresStack } from '#support/postgres/postgres-stack.ts';

let server: PostgresServer;
let stack: LocalStack;

beforeAll(async () => {
  server = await PostgresServer.start();
  await server.query(
    "CREATE ROLE loader LOGIN PASSWORD 'l'; GRANT CREATE, USAGE ON SCHEMA public TO loader",
  );
  stack = await postgresStack({
    main: { server },
    loader: { server, user: 'loader', password: 'l' },
  });
}, patience(60_000));

afterAll(async () => {
  await stack.close();
  await server.close();
});

const SCHEMA = { id: 'bigint', city: 'text', price: 'decimal(8,2)' };

/** Records `start <= id < end` of CSV, some odd. */
function csvOf(start: number, end: number): string {
  const rows = Array.from({ length: end - start }, (_, i) => {
    const id = start + i;
    const city = ['""', '', '\\.', `"a, ""b"" ${id}"`, '"new\nline"'][id % 5];
    return `${id},${city},${(id / 4).toFixed(2)}\n`;
  });
  return `id,city,price\n${rows.join('')}`;
}

async function requestOf(name: string, fields: object = {}, rows = 1000) {
  const source = await stack.putSource(`load/${name}.csv`, Buffer.from(csvOf(0, rows)));
  const { output = {}, ...others } = fields as { output?: object };
  const uri = `s3://${stack.outputBucket}/load/${name}/`;
  const postgres = { connection: 'main', table: name };
  return { source, schema: SCHEMA, ...others, output: { uri, files: 4, postgres, ...output } };
}

async function manifestOf(name: string) {
  const uri = `s3://${stack.outputBucket}/load/${name}/_manifest/manifest.json`;
  return parseManifest((await stack.read(uri)).toString());
}

const sums = (table: string) =>
  server.query(
    `SELECT count(*)::int, count(DISTINCT id)::int AS ids, sum(price)::text AS price,
       count(*) FILTER (WHERE city = '')::int AS empty, count(*) FILTER (WHERE city IS NULL)::int AS nulls,
       count(*) FILTER (WHERE city = '\\.')::int AS dots FROM "${table}"`,
  );
const ALL = [{ count: 1000, ids: 1000, price: '124875.00', empty: 200, nulls: 200, dots: 200 }];

describe('a load', () => {
  it('makes a table, and has every row once', async () => {
    await stack.runToSuccess(await requestOf('Odd "table"', { expect: { rows: 1000 } }));
    expect(await sums('Odd ""table""')).toEqual(ALL);
    const { entries, totals, output } = await manifestOf('Odd "table"');
    expect(output).toMatchObject({ file: { format: 'postgres', table: 'Odd "table"' } });
    expect(totals).toMatchObject({ chunks: 4, rows: 1000 });
    const ledger = await server.query(
      'SELECT chunk::int, rows::int, bytes::int, crc32 FROM sparse_fanout_chunks ORDER BY chunk',
    );
    expect(ledger).toEqual(
      entries.map(({ index, meta, contentBytes, crc32 }) => ({
        ...{ chunk: index, rows: meta.record_count, bytes: contentBytes, crc32 },
      })),
    );
  }, 60_000);
});
