import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadChunk } from '#aws/postgres/load-chunk.ts';
import { type LoadRun, prepareLoad } from '#aws/postgres/prepare-load.ts';
import { publishLoad } from '#aws/postgres/publish-load.ts';
import type { PostgresClient } from '#aws/postgres/with-postgres.ts';
import { loadingTable } from '#core/tables/postgres/load-target.ts';
import { failureOf, LoadRoom } from '#support/postgres/load-room.ts';
import type { PostgresServer } from '#support/postgres/postgres-server.ts';

let room: LoadRoom;
let server: PostgresServer;

beforeAll(async () => {
  room = await LoadRoom.open();
  ({ server } = room);
});

afterAll(() => room.close());

const runOf: LoadRoom['runOf'] = (...args) => room.runOf(...args);
const chunkOf: LoadRoom['chunkOf'] = (...args) => room.chunkOf(...args);
const load: LoadRoom['load'] = (...args) => room.load(...args);
const counted: LoadRoom['counted'] = (...args) => room.counted(...args);
const work = <T>(task: (client: PostgresClient) => Promise<T>) => room.work(task);

describe('a hidden append', () => {
  const stageOf = ({ target, runId }: LoadRun) => loadingTable(target, runId);
  const isThere = (table: string) =>
    server.query('SELECT FROM pg_class WHERE relname = $1', [table]).then((found) => found.length);

  it('is seen once all rows are in, once, by whoever publishes it', async () => {
    await load(runOf('shy'), 1);
    await server.query(`ALTER TABLE shy ALTER a TYPE bigint, ADD at date NOT NULL DEFAULT now(),
      ADD n int GENERATED ALWAYS AS IDENTITY; REVOKE SELECT ON shy FROM loader`);
    const run = runOf('shy', 'append', true);
    const twins = [1, 2, 3].map(() => work((client) => prepareLoad(client, run)));
    await Promise.all(twins);
    for (const index of [1, 2]) {
      const chunk = await chunkOf(index);
      const loading = [1, 2, 3].map(() => work((client) => loadChunk(client, run, chunk)));
      await Promise.all(loading);
      expect(await counted('shy')).toEqual([{ count: 1000, different: 1000 }]);
    }
    const publish = () => work((client) => publishLoad(client, run, { chunks: 2, rows: 2000 }));
    await Promise.all([publish(), publish(), publish()]);
    await publish();
    expect(await counted('shy')).toEqual([{ count: 3000, different: 3000 }]);
    expect(await isThere(stageOf(run))).toBe(0);
    const late = await chunkOf(1);
    expect(await work((client) => loadChunk(client, run, late))).toMatchObject({
      format: undefined,
    });
  });

  it('shows nothing where a constraint refuses rows, and goes on once that is put right', async () => {
    await load(runOf('keyed'), 1);
    await server.query('CREATE UNIQUE INDEX keyed_a ON keyed (a)');
    const run = runOf('keyed', 'append', true);
    await work((client) => prepareLoad(client, run));
    const chunk = await chunkOf(0);
    await work((client) => loadChunk(client, run, chunk));
    const publish = () => work((client) => publishLoad(client, run, { chunks: 1, rows: 1000 }));
    expect(await failureOf(publish())).toMatch(
      /^DatabaseError: could not load \(23505: duplicate key .*Key \(a\)=\(0\) already exists/,
    );
    expect(await counted('keyed')).toEqual([{ count: 1000, different: 1000 }]);
    await server.query('DELETE FROM keyed WHERE a < 1000');
    await publish();
    expect(await counted('keyed')).toEqual([{ count: 1000, different: 1000 }]);
  });

  it('shows nothing where rows are missing or left out', async () => {
    await load(runOf('gaps'), 1);
    const run = runOf('gaps', 'append', true);
    await work((client) => prepareLoad(client, run));
    const chunk = await chunkOf(3);
    await work((client) => loadChunk(client, run, chunk));
    const publish = () => work((client) => publishLoad(client, run, { chunks: 1, rows: 1000 }));
    await server.query(`DELETE FROM "${stageOf(run)}" WHERE a = 3007`);
    expect(await failureOf(publish())).toMatch(
      /^DatabaseError: the server moved 999 rows of .*, 1000 were sent; a rule or trigger/,
    );
    expect(await counted('gaps')).toEqual([{ count: 1000, different: 1000 }]);
    expect(await isThere(stageOf(run))).toBe(1);
  });

  it.each(['append', 'overwrite'] as const)(
    'or %s is refused where its table is there already, and goes on without it',
    async (mode) => {
      await load(runOf(`taken_${mode}`), 1);
      const run = runOf(`taken_${mode}`, mode, mode === 'append');
      await server.query(`CREATE TABLE "${stageOf(run)}" (x int)`);
      const prepare = () => work((client) => prepareLoad(client, run));
      expect(await failureOf(prepare())).toMatch(
        /^DatabaseError: could not load \(42P07: relation "taken_.*" already exists\)/,
      );
      await server.query(`DROP TABLE "${stageOf(run)}"`);
      await prepare();
    },
  );

  it('of another table is not kept waiting', async () => {
    await load(runOf('slow'), 1);
    const run = runOf('slow', 'append', true);
    await work((client) => prepareLoad(client, run));
    await server.query(`CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END';
      CREATE TRIGGER waits BEFORE INSERT ON slow FOR EACH STATEMENT EXECUTE FUNCTION wait()`);
    const order: string[] = [];
    const moved = work((client) => publishLoad(client, run, { chunks: 0, rows: 0 }));
    const other = work((client) => prepareLoad(client, runOf('other_table')));
    await Promise.all([
      moved.then(() => order.push('moved')),
      other.then(() => order.push('other')),
    ]);
    expect(order).toEqual(['other', 'moved']);
  });
});
