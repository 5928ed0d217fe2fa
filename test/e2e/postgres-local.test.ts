import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseManifest } from '#core/manifest/manifest.ts';
import { patience } from '#support/patience.ts';
import { PostgresServer } from '#support/postgres/postgres-server.ts';
import { runHere } from '#test/cli/run-command.ts';

let server: PostgresServer;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'postgres-local-'));
  server = await PostgresServer.start();
}, patience(20_000));

afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

it(
  'loads a file by local run --postgres, and verifies what was sent',
  async () => {
    const source = join(directory, 'a.csv');
    const lines = Array.from({ length: 500 }, (_, id) => `${id},"name, ${id}"\n`);
    await writeFile(source, `id,name\n${lines.join('')}`);
    await writeFile(join(directory, 'url'), `${server.url}\n`);
    const request = join(directory, 'request.json');
    const fields = {
      ...{ source, schema: { id: 'integer', name: 'text' } },
      output: { postgres: { connection: 'main', table: 'local' }, files: 3 },
    };
    await writeFile(request, JSON.stringify(fields));
    const out = join(directory, 'out');
    const postgres = ['--postgres', `main=${join(directory, 'url')}`];
    const ran = await runHere(['local', 'run', '--request', request, '--out', out, ...postgres]);
    expect(ran).toMatchObject({ code: 0 });
    expect(await server.query('SELECT count(*)::int, sum(id)::int FROM local')).toEqual([
      { count: 500, sum: 124_750 },
    ]);
    const manifest = parseManifest(await readFile(join(out, '_manifest/manifest.json'), 'utf8'));
    expect(manifest.totals).toMatchObject({ chunks: 3, rows: 500 });

    const verified = await runHere(['verify', out, '--source', source]);
    expect(verified).toMatchObject({ code: 0 });
    const inDatabase = () => runHere(['verify', out, ...postgres]);
    expect(await inDatabase()).toMatchObject({ code: 0 });
    await server.query('UPDATE sparse_fanout_chunks SET rows = 7 WHERE chunk = 1');
    expect((await inDatabase()).stderr).toMatch(
      /chunk 1 has 7 rows, .* in the ledger of the database/,
    );
    await server.query('DELETE FROM sparse_fanout_chunks WHERE chunk = 1');
    expect((await inDatabase()).stderr).toMatch(/chunk 1 is not in the ledger of the database/);
    const unknown = await runHere(['verify', out, '--postgres', 'other=postgres://a@localhost/b']);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringMatching(/--postgres main=/) });

    await writeFile(source, `id,name\n${lines.join('')}`.replace('name, 3', 'name, 4'));
    expect(await runHere(['verify', out, '--source', source])).toMatchObject({ code: 1 });
    const compared = await runHere(['verify', out, '--expect', source]);
    expect(compared.stderr).toMatch(/lie in the table "public"."local" of connection main, not in/);
    const again = await runHere([
      'local',
      'run',
      '--request',
      request,
      '--out',
      join(directory, 'x'),
    ]);
    expect(again.stderr).toMatch(/connection is "main", but this deployment has no databases/);
  },
  patience(120_000),
);

it(
  'prints by prune what drops the tables that loads have left, and drops none',
  async () => {
    const postgres = ['--postgres', `main=${server.url}`];
    const out = join(directory, 'replaced');
    const load = async (mode: string, city: string) => {
      const source = join(directory, `${city}.csv`);
      await writeFile(source, `city\n${city}\n`);
      const table = { connection: 'main', table: 'Odd "one"' };
      const output = { uri: 's3://lake/replaced/', postgres: table, mode };
      const request = join(directory, 'replace.json');
      await writeFile(request, JSON.stringify({ source, schema: { city: 'text' }, output }));
      const ran = await runHere(['local', 'run', '--request', request, '--out', out, ...postgres]);
      expect(ran).toMatchObject({ code: 0 });
      return parseManifest(await readFile(join(out, '_manifest/manifest.json'), 'utf8')).runId;
    };
    const prune = async (...more: readonly string[]) => {
      const { code, stdout } = await runHere(['prune', out, ...more]);
      expect(code).toBe(0);
      return stdout.toString();
    };
    const named = (middle: string, run: string) =>
      `"public"."Odd ""one""__${middle}${run.slice(0, 12)}"`;
    await load('create', 'Bern');
    expect(await prune(...postgres)).not.toContain('DROP');
    const second = await load('overwrite', 'Lyon');
    const third = await load('overwrite', 'Rome');
    const all = await prune();
    for (const run of [second, third]) {
      expect(all).toContain(`\nDROP TABLE IF EXISTS ${named('before_', run)};\n`);
    }
    await server.query(`DROP TABLE ${named('before_', second)}`);
    const broken = 'f'.repeat(32);
    await server.query(`CREATE TABLE ${named('', broken)} (city text);
      INSERT INTO sparse_fanout_runs (run, table_name, mode) VALUES ('${broken}', 'Odd "one"', 'append')`);
    expect(await prune('--apply', ...postgres)).toMatch(
      `drop them yourself:\nDROP TABLE ${named('before_', third)};  -- 16.4 KB\n` +
        `DROP TABLE ${named('', broken)};  -- 8.19 KB, of run ${broken}, which has not ended`,
    );
    expect(await server.query(`SELECT city FROM ${named('before_', third)}`)).toEqual([
      { city: 'Lyon' },
    ]);
    const json = JSON.parse(await prune('--json', ...postgres));
    expect(json).toMatchObject({ objects: 0, drops: [expect.any(String), expect.any(String)] });
  },
  patience(120_000),
);
