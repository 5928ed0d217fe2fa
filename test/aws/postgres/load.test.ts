import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadChunk } from '#aws/postgres/load-chunk.ts';
import { prepareLoad } from '#aws/postgres/prepare-load.ts';
import { publishLoad } from '#aws/postgres/publish-load.ts';
import { type PostgresClient, withPostgres } from '#aws/postgres/with-postgres.ts';
import { replacedTable } from '#core/tables/postgres/load-target.ts';
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

describe('preparing', () => {
  it('makes a table once, for twins too, and refuses one that has rows', async () => {
    const run = runOf('made');
    const twins = [1, 2, 3].map(() => work((client) => prepareLoad(client, run)));
    await Promise.all(twins);
    await load(run, 1);
    expect(await counted('made')).toEqual([{ count: 1000, different: 1000 }]);
    const again = failureOf(work((client) => prepareLoad(client, runOf('made'))));
    expect(await again).toMatch(/^OutputConflictError: the table "public"."made" .* has rows/);
  });

  it('fills a table that is there and empty, but not while another run does', async () => {
    await server.query(`CREATE TABLE own (a bigint PRIMARY KEY, "b""" text, at date DEFAULT now());
      GRANT ALL ON own TO loader`);
    const first = runOf('own');
    await work((client) => prepareLoad(client, first));
    const second = failureOf(work((client) => prepareLoad(client, runOf('own'))));
    expect(await second).toMatch(`is being filled by run ${first.runId}; let it end`);
    await load(first, 1);
    expect(await counted('own')).toEqual([{ count: 1000, different: 1000 }]);
  });

  it.each([
    ['append', /"nowhere" of connection main does not exist, so nothing can be added/],
    ['overwrite', /does not exist, so nothing can be added to it or replaced; give mode 'create'/],
  ] as const)('refuses %s where there is no table', async (mode, said) => {
    const failure = failureOf(work((client) => prepareLoad(client, runOf('nowhere', mode))));
    expect(await failure).toMatch(said);
  });

  it('names every column that differs, and writes nothing', async () => {
    await server.query(`CREATE TABLE other (a smallint, c text NOT NULL, d int DEFAULT 1,
      g int GENERATED ALWAYS AS (1) STORED); CREATE VIEW seen AS SELECT 1 AS a`);
    const run = runOf('other', 'append');
    const failure = await failureOf(work((client) => prepareLoad(client, run)));
    expect(failure).toMatch(/^OutputConflictError: .*"other" .* does not have the columns/);
    expect(failure).toMatch(/column "a" is smallint in the table, INTEGER in the run/);
    expect(failure).toMatch(/column "b\\"" is missing in the table/);
    expect(failure).toMatch(/column "c" of the table is not in the run, and has no default/);
    expect(failure).not.toMatch(/"d"|"g"/);
    const view = failureOf(work((client) => prepareLoad(client, runOf('seen', 'append'))));
    expect(await view).toMatch(/"seen" of connection main is no table \(relkind v\)/);
    const known = await server.query('SELECT FROM sparse_fanout_runs WHERE run = $1', [run.runId]);
    expect(known).toHaveLength(0);
  });

  it('fails where the role may not', async () => {
    await server.query('CREATE SCHEMA closed');
    const run = runOf('x');
    const target = { ...run.target, schema: 'closed' };
    const failure = failureOf(work((client) => prepareLoad(client, { ...run, target })));
    expect(await failure).toMatch(
      /^AccessDeniedError: may not load \(42501: .*grant it to the user/,
    );
  });
});

describe('a chunk', () => {
  it('is in once, however many twins load it at once', async () => {
    const run = runOf('twins');
    await work((client) => prepareLoad(client, run));
    const chunk = await chunkOf(0);
    const twins = [1, 2, 3].map(() => work((client) => loadChunk(client, run, chunk)));
    const loaded = await Promise.all(twins);
    expect(loaded.filter(({ format }) => format === 'binary')).toHaveLength(1);
    expect(loaded.map(({ rows }) => rows)).toEqual([1000, 1000, 1000]);
    expect(await counted('twins')).toEqual([{ count: 1000, different: 1000 }]);
  });

  it('is whole or not there when the connection is cut at any moment', async () => {
    const run = runOf('cut');
    await work((client) => prepareLoad(client, run));
    const chunk = await chunkOf(0, 200_000);
    for (let milliseconds = 1; ; milliseconds *= 1.7) {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), milliseconds);
      const done = await withPostgres(room.logins, 'main', abort.signal, (client) =>
        loadChunk(client, run, chunk),
      ).then(
        () => true,
        () => false,
      );
      clearTimeout(timer);
      const [there] = await counted('cut');
      expect([0, 200_000]).toContain(there?.['count']);
      if (done) break;
    }
    expect(await counted('cut')).toEqual([{ count: 200_000, different: 200_000 }]);
  });

  // A process that copies may end its transaction after its server was killed.
  it.each([
    ['stop', /^ServiceUnavailableError: .* the connection to main was lost/],
    ['kill', /^ServiceUnavailableError: .* was lost|^nothing failed$/],
  ] as const)('is there once after a %s of the server under it, and a start', async (how, said) => {
    const run = runOf(how);
    await work((client) => prepareLoad(client, run));
    const chunk = await chunkOf(0, 1_000_000);
    const broken = failureOf(work((client) => loadChunk(client, run, chunk)));
    const copying = 'SELECT FROM pg_stat_progress_copy WHERE tuples_processed > 0';
    while ((await server.query(copying)).length === 0);
    await server[how]();
    expect(await broken).toMatch(said);
    await server.resume();
    await work((client) => loadChunk(client, run, chunk));
    const all = 1_000_000;
    expect(await counted(how)).toEqual([{ count: all, different: all }]);
  });

  it('names line, column and value that the server refuses, and leaves nothing', async () => {
    const run = runOf('refused');
    await work((client) => prepareLoad(client, run));
    const chunk = await chunkOf(7, 2, '1,"x"\n99999999999,"y"\n');
    const failure = await failureOf(work((client) => loadChunk(client, run, chunk)));
    expect(failure).toMatch(
      /^DatabaseError: could not load \(22003: .*COPY refused, line 2, column a: "99999999999"\)$/,
    );
    expect(await counted('refused')).toEqual([{ count: 0, different: 0 }]);
    expect(
      await failureOf(work((client) => publishLoad(client, run, { chunks: 1, rows: 2 }))),
    ).toMatch(/^IncompleteRunError: .* has 0 chunks with 0 rows .* written were 1 with 2$/);
  });

  it('is refused where a trigger leaves out rows', async () => {
    const run = runOf('lossy');
    await work((client) => prepareLoad(client, run));
    await server.query(`CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN IF NEW.a % 2 = 0 THEN RETURN NULL; END IF; RETURN NEW; END';
      CREATE TRIGGER skips BEFORE INSERT ON lossy FOR EACH ROW EXECUTE FUNCTION skip()`);
    const chunk = await chunkOf(0);
    expect(await failureOf(work((client) => loadChunk(client, run, chunk)))).toMatch(
      /^DatabaseError: the server took 500 rows of chunk 0, sent were 1000; a rule or trigger/,
    );
    expect(await counted('lossy')).toEqual([{ count: 0, different: 0 }]);
  });
});

describe('an overwrite', () => {
  it('replaces the rows at once, with grants and indexes, and keeps those of before', async () => {
    await load(runOf('swapped'), 2);
    await server.query(`CREATE UNIQUE INDEX swapped_a ON swapped (a);
      ALTER TABLE swapped ADD CHECK (a >= 0), ADD at date DEFAULT now(),
        ADD g int GENERATED ALWAYS AS (a + 1) STORED, ADD n int GENERATED ALWAYS AS IDENTITY;
      CREATE INDEX ON swapped ((a + 1)) WHERE a > 0;
      CREATE STATISTICS swapped_both ON a, "b""" FROM swapped; ANALYZE swapped;
      GRANT SELECT, INSERT ON swapped TO reader; GRANT UPDATE (a) ON swapped TO PUBLIC`);
    const run = runOf('swapped', 'overwrite');
    await work((client) => prepareLoad(client, run));
    const chunk = await chunkOf(5);
    await work((client) => loadChunk(client, run, chunk));
    expect(await counted('swapped')).toEqual([{ count: 2000, different: 2000 }]);
    const publish = () => work((client) => publishLoad(client, run, { chunks: 1, rows: 1000 }));
    await Promise.all([publish(), publish()]);
    await publish();
    expect(await counted('swapped')).toEqual([{ count: 1000, different: 1000 }]);
    const before = replacedTable(run.target, run.runId);
    expect(await counted(before)).toEqual([{ count: 2000, different: 2000 }]);
    const likes = await server.query(`SELECT
      has_table_privilege('reader', 'swapped', 'INSERT') AS may,
      has_column_privilege('reader', 'swapped', 'a', 'UPDATE') AS column,
      has_table_privilege('reader', 'swapped', 'DELETE') AS not,
      (SELECT count(*)::int FROM pg_index WHERE indrelid = 'swapped'::regclass) AS indexes,
      (SELECT count(*)::int FROM swapped WHERE g = a + 1 AND n > 0) AS filled`);
    expect(likes).toEqual([{ may: true, column: true, not: false, indexes: 2, filled: 1000 }]);
    // A twin that comes late finds the row of its chunk, and no table of the load.
    expect(await work((client) => loadChunk(client, run, chunk))).toMatchObject({
      format: undefined,
    });
  });

  it('is refused by name where something hangs on the table, before anything is sent', async () => {
    await load(runOf('hung'), 1);
    await server.query(`ALTER TABLE hung ADD PRIMARY KEY (a); ALTER TABLE hung OWNER TO loader;
      CREATE VIEW hanging_view AS SELECT a FROM hung;
      CREATE TABLE child (a int REFERENCES hung);
      CREATE TRIGGER hanging_trigger BEFORE INSERT ON hung FOR EACH ROW EXECUTE FUNCTION skip()`);
    const failure = await failureOf(
      work((client) => prepareLoad(client, runOf('hung', 'overwrite'))),
    );
    expect(failure).toMatch(/^OutputConflictError: .* cannot be replaced, since on it hang: /);
    expect(failure).toMatch(/view (?:public\.)?hanging_view/);
    expect(failure).toMatch(/constraint child_a_fkey on table (?:public\.)?child/);
    expect(failure).toMatch(/trigger hanging_trigger/);
    await server.query(
      'DROP VIEW hanging_view; DROP TABLE child; DROP TRIGGER hanging_trigger ON hung',
    );
    await work((client) => prepareLoad(client, runOf('hung', 'overwrite')));
  });

  it('is refused when something hangs on the table by its end, and nothing is changed', async () => {
    await load(runOf('late'), 1);
    const run = runOf('late', 'overwrite');
    await work((client) => prepareLoad(client, run));
    const chunk = await chunkOf(3);
    await work((client) => loadChunk(client, run, chunk));
    await server.query('CREATE VIEW late_view AS SELECT a FROM late');
    const publish = () => work((client) => publishLoad(client, run, { chunks: 1, rows: 1000 }));
    expect(await failureOf(publish())).toMatch(/late_view/);
    expect(await server.query('SELECT min(a) FROM late')).toEqual([{ min: 0 }]);
    await server.query('DROP VIEW late_view');
    await publish();
    expect(await server.query('SELECT min(a) FROM late')).toEqual([{ min: 3000 }]);
  });

  it('is refused of a table of another owner, by name', async () => {
    await server.query(
      'CREATE TABLE foreign_one (a int, "b""" text); GRANT ALL ON foreign_one TO loader',
    );
    const run = runOf('foreign_one', 'overwrite');
    expect(await failureOf(work((client) => prepareLoad(client, run)))).toMatch(
      /^DatabaseError: .* belongs to postgres, and only its owner may replace it/,
    );
  });
});
