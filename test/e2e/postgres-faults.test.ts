import { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { postgresStack } from '#support/postgres/postgres-stack.ts';

const CHUNKS = 20;
const ROWS = 100_000;

let server: PostgresServer;
let stack: LocalStack;
const killed: string[] = [];
const faults = new FaultInjector(({ kind }) => killed.push(kind));

beforeAll(async () => {
  server = await PostgresServer.start();
  stack = await postgresStack({ main: { server } }, faults);
}, patience(60_000));

afterAll(async () => {
  await stack.close();
  await server.close();
});

function textOf(rows: number): string {
  const lines = Array.from({ length: rows }, (_, id) => `${id},name ${id}\n`);
  return `id,name\n${lines.join('')}`;
}

it(
  'has every row once with killed and doubled writers, three executions and a server that is restarted',
  async () => {
    const source = await stack.putSource('faulty.csv', Buffer.from(textOf(ROWS)));
    const uri = `s3://${stack.outputBucket}/faulty/`;
    const request = {
      ...{ source, schema: { id: 'bigint', name: 'text' }, expect: { rows: ROWS } },
      output: { uri, files: CHUNKS, postgres: { connection: 'main', table: 'faulty' } },
    };
    faults.begin({
      ...{ name: 'writers', seed: 3, rate: 0.4, about: ['"task":"chunk"'] },
      kinds: ['lambda-killed', 'lambda-twice', 'lambda-timeout'],
    });
    const runs = [1, 2, 3].map(() => stack.startExecution(request));
    const arns = await Promise.all(runs);
    const loaded = 'SELECT count(*)::int AS n FROM sparse_fanout_chunks';
    const isUnderWay = () =>
      server.query(loaded).then(
        ([row]) => Number(row?.['n']) > 2,
        () => false,
      );
    while (!(await isUnderWay()));
    await server.stop();
    await server.resume();
    const ended = await Promise.all(arns.map((arn) => stack.endOf(arn)));
    faults.end('writers');
    expect(killed.length).toBeGreaterThan(CHUNKS / 4);
    // What a fault ended for good goes on where it was.
    if (ended.some(({ status }) => status !== 'SUCCEEDED')) await stack.runToSuccess(request);
    expect(
      await server.query(
        'SELECT count(*)::int, count(DISTINCT id)::int AS ids, sum(id)::text FROM faulty',
      ),
    ).toEqual([{ count: ROWS, ids: ROWS, sum: String((ROWS * (ROWS - 1)) / 2) }]);
    expect(
      await server.query('SELECT count(*)::int, sum(rows)::int FROM sparse_fanout_chunks'),
    ).toEqual([{ count: CHUNKS, sum: ROWS }]);
  },
  patience(180_000),
);
