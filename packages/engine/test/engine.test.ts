import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { duckdb } from '#engine/duckdb.ts';
import { EngineError } from '#engine/engine-error.ts';
import { engineVersion } from '#engine/engine-version.ts';
import { identifier, literal } from '#engine/quote.ts';
import manifest from '../package.json' with { type: 'json' };
import { type Opened, open } from './opened.ts';

let opened: Opened;

beforeAll(async () => {
  opened = await open();
});

afterAll(async () => {
  await opened[Symbol.asyncDispose]();
});

const run = (text: string, values: (string | number)[] = []) =>
  opened.engine.runSelect({ text, values });

describe('a SELECT', () => {
  it('gives its rows, its values bound', async () => {
    const select = 'SELECT $1 AS text, 2 AS number -- and a comment';
    expect(await run(select, ["it's; DROP"])).toEqual([{ text: "it's; DROP", number: 2 }]);
  });

  it('is described without reading a row', async () => {
    const text = "SELECT $1::DECIMAL(5,2) AS d, [1] AS l, error('read') AS e FROM range(9) -- so";
    expect(await opened.engine.describe({ text, values: [1] })).toEqual([
      { name: 'd', type: 'DECIMAL(5,2)' },
      { name: 'l', type: 'INTEGER[]' },
      { name: 'e', type: 'INTEGER' },
    ]);
  });

  it('has UTC as its time zone', async () => {
    const text = "SELECT (TIMESTAMPTZ '2024-07-01 00:00:00+02')::VARCHAR AS t";
    expect(await run(text)).toEqual([{ t: '2024-06-30 22:00:00+00' }]);
  });

  it('ends when its signal aborts, with the reason, and the next one runs', async () => {
    const endless = {
      text: 'SELECT sum(hash(a.range + b.range)) s FROM range(900000000) a, range(900000000) b',
    };
    const reason = new Error('enough');
    const abort = new AbortController();
    setTimeout(() => abort.abort(reason), 50);
    await expect(opened.engine.runSelect(endless, { signal: abort.signal })).rejects.toBe(reason);
    await expect(opened.engine.runSelect(endless, { signal: abort.signal })).rejects.toBe(reason);
    expect(await run('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('rows that are kept', () => {
  const keep = (text: string, name: string) => opened.engine.keepSelect({ text }, name);

  it('can be read by later SELECTs under any name, in their order', async () => {
    const name = 'kept "rows"; DROP';
    const text = 'SELECT range % 3 AS k, range AS n FROM range(5000) ORDER BY k DESC, n -- so';
    expect(await keep(text, name)).toEqual({ rows: 5000 });
    const found = await run(
      `SELECT n FROM ${identifier(name)} WHERE rowid >= 1666 AND rowid < 1669`,
    );
    expect(found.map(({ n }) => n)).toEqual([1n, 4n, 7n]);
  });

  it('are none where their SELECT fails, or is none', async () => {
    await expect(keep("SELECT error('no')", 'broken')).rejects.toThrow(EngineError);
    await expect(keep('SELECT 1; SELECT 2', 'broken')).rejects.toThrow(EngineError);
    await expect(run('SELECT * FROM broken')).rejects.toThrow(EngineError);
    expect(await keep('SELECT 1 AS one', 'broken')).toEqual({ rows: 1 });
  });
});

describe('an error', () => {
  it.each([
    ["SELECT '/a/b'::INTEGER", 'conversion', "Could not convert string '/a/b' to INT32"],
    ['SELECT 300::UTINYINT', 'conversion', /300.*out of range/],
    ["SELECT error('told to')", 'conversion', 'told to'],
    ['SELECT list(range) FROM range(90000000)', 'memory', /^failed to allocate/],
    ['SELEC 1', 'syntax', 'syntax error at or near "SELEC"'],
    ['SELECT * FROM nowhere', 'syntax', /^Table with name nowhere does not exist!/],
    ['SELECT nothing', 'syntax', /^Referenced column "nothing"/],
    ["SELECT * FROM read_csv('/etc/passwd')", 'refused', /^Cannot access file "passwd"/],
  ])('of %s is of kind %s', async (text, kind, message) => {
    await expect(run(text)).rejects.toMatchObject({
      name: 'EngineError',
      kind,
      message: expect.stringMatching(message),
    });
  });

  it('names a file without the directory, in one line', async () => {
    await writeFile(opened.file('bad.csv'), 'a\n1\nx\n');
    for (const [name, options] of [
      ['absent.csv', ''],
      ['bad.csv', ", columns = {a: 'INTEGER'}, header = true"],
    ]) {
      const text = `SELECT * FROM read_csv(${literal(opened.file(String(name)))}${options})`;
      const error: unknown = await run(text).catch((reason) => reason);
      expect(error).toMatchObject({ name: 'EngineError' });
      expect(String(error)).not.toContain(opened.directory);
      expect(String(error)).not.toContain('\n');
    }
  });
});

it('has the version of the library and of the package', () => {
  expect(engineVersion()).toBe(duckdb.version().replace('v', 'duckdb-'));
  const pinned = manifest.dependencies['@duckdb/node-api'];
  expect(engineVersion()).toBe(`duckdb-${pinned.replace(/-r\.\d+$/, '')}`);
});
