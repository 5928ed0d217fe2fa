import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '#engine/open-duckdb.ts';
import { type Opened, open } from './opened.ts';

let opened: Opened;

beforeAll(async () => {
  opened = await open();
  await mkdir(opened.file('links'));
  await symlink('/etc', opened.file('links/etc'));
  await writeFile(opened.file('a.csv'), 'a\n1\n');
});

afterAll(async () => {
  await opened[Symbol.asyncDispose]();
});

/** Statements that are no SELECT of their own. */
const STATEMENTS = [
  "COPY (SELECT 1) TO '/tmp/out.csv'",
  "COPY (SELECT 1) TO '/dev/stdout' (FORMAT csv)",
  "ATTACH '/tmp/a.db' AS a",
  "EXPORT DATABASE '/tmp/all'",
  "IMPORT DATABASE '/tmp/all'",
  'INSTALL httpfs',
  'INSTALL json',
  'LOAD httpfs',
  "LOAD '/tmp/own.duckdb_extension'",
  "CREATE SECRET s (TYPE s3, KEY_ID 'k', SECRET 's')",
  'SET threads = 2',
  'RESET threads',
  "SET SESSION TimeZone = 'Europe/Paris'",
  "PRAGMA memory_limit = '4GB'",
  'SET lock_configuration = false',
  'SET enable_external_access = true',
  "SET allowed_directories = ['/']",
];

/** SELECTs that reach for what is not theirs. */
const SELECTS = [
  "SELECT * FROM read_text('/etc/hostname')",
  "SELECT * FROM read_blob('/etc/hostname')",
  "SELECT * FROM read_csv('/etc/passwd')",
  "SELECT * FROM read_json('/etc/passwd')",
  "SELECT * FROM read_parquet('/etc/passwd')",
  "SELECT * FROM parquet_metadata('/etc/passwd')",
  "SELECT * FROM sniff_csv('/etc/passwd')",
  "SELECT * FROM '/etc/passwd.csv'",
  "SELECT * FROM glob('/*')",
  "SELECT * FROM read_csv('s3://bucket/key.csv')",
  "SELECT * FROM 's3://bucket/key.parquet'",
  "SELECT * FROM 'https://example.com/a.parquet'",
  "SELECT getenv('HOME')",
  'SELECT * FROM duckdb_extensions() WHERE false',
  'SELECT * FROM duckdb_secrets()',
];

/** SELECTs that would change a locked engine, or run a text. */
const CHANGES = [
  'SELECT * FROM enable_profiling()',
  'SELECT * FROM enable_logging()',
  "SELECT 1 FROM (SELECT * FROM system.main.enable_logging(storage = 'file')) WHERE false",
  'SELECT (SELECT count(*) FROM "ENABLE_LOGGING"())',
  "SELECT * FROM query('SELECT 1')",
  "WITH a AS (SELECT * FROM query('FROM enable' || '_logging()')) SELECT * FROM a",
  'SELECT * FROM checkpoint()',
];

/** More than one, or none. */
const OTHERS = [
  'SELECT 1; SELECT 2',
  "SELECT 1; ATTACH ':memory:' AS m",
  "ATTACH ':memory:' AS m",
  'CREATE TABLE t (a INTEGER)',
  'CALL enable_profiling()',
  'EXPLAIN SELECT 1',
  'BEGIN',
  'SELECT 1 /* open',
  "SELECT 1) TO '/tmp/out.csv' (FORMAT csv); --",
  'SELECT 1\0',
  '',
];

describe('a locked engine', () => {
  it.each([...STATEMENTS, ...SELECTS, ...CHANGES, ...OTHERS])('refuses %j', async (text) => {
    const refused = { name: 'EngineError', kind: expect.stringMatching(/^(refused|syntax)$/) };
    await expect(opened.engine.runSelect({ text })).rejects.toMatchObject(refused);
    await expect(opened.engine.describe({ text })).rejects.toMatchObject(refused);
    const file = { path: opened.file('x'), format: 'jsonl', compression: 'none' } as const;
    await expect(opened.engine.writeSelect({ text }, file)).rejects.toMatchObject(refused);
    expect(await opened.engine.runSelect({ text: 'SELECT 1 AS one' })).toEqual([{ one: 1 }]);
  });

  it('reads its directory, and nothing through it', async () => {
    const read = (path: string) =>
      opened.engine.runSelect({ text: 'SELECT * FROM read_csv($1)', values: [path] });
    expect(await read(opened.file('a.csv'))).toEqual([{ a: 1n }]);
    for (const path of ['../../etc/passwd', 'links/etc/passwd', '../../../etc/passwd']) {
      await expect(read(`${opened.directory}/${path}`)).rejects.toMatchObject({ kind: 'refused' });
    }
  });

  it('writes nowhere else, and removes nothing there', async () => {
    const outside = `${opened.directory}-outside`;
    await mkdir(outside);
    await writeFile(join(outside, 'kept'), '');
    for (const path of [join(outside, 'kept'), `${opened.directory}/../kept`, '/dev/stdout']) {
      const file = { path, format: 'jsonl', compression: 'none' } as const;
      const written = opened.engine.writeSelect({ text: 'SELECT 1' }, file);
      await expect(written).rejects.toMatchObject({ kind: 'refused' });
    }
    expect(await readdir(outside)).toEqual(['kept']);
  });
});

describe('DuckDB below the check of statements', () => {
  it.each(STATEMENTS)('refuses %j', async (text) => {
    const { connection, instance } = await openDuckDb({
      directory: opened.directory,
      memoryBytes: 100e6,
    });
    try {
      await expect(connection.run(text)).rejects.toThrow(
        /disabled|Cannot access|locked|does not exist|Can't find|Not a directory|Failed/,
      );
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });
});
