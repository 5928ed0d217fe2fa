import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { PARQUET_MAGIC, readFooter } from '#core/containers/parquet/footer.ts';
import { joinFooters } from '#core/containers/parquet/join-footers.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { openEngineRoom } from './engine-room.ts';

const TABLE = `SELECT i AS c0, 'row ' || i AS c1, i % 7 AS c2, [i, NULL] AS c3, {'a': i, 'b': 'x'} AS c4
  FROM range(20000) t(i)`;
const NAMED = 'SELECT c0 AS id, c1 AS "ünï", c2 AS few, c3 AS list, c4 AS st FROM';
const FORM = ', ROW_GROUP_SIZE 2048';

let room: Awaited<ReturnType<typeof openEngineRoom>>;

beforeAll(async () => {
  room = await openEngineRoom();
});

afterAll(() => room.close());

/** The file that a plan of them describes. @returns its path */
async function joined(template: ByteSource, files: readonly ByteSource[]): Promise<string> {
  const footers = await Promise.all(files.map(readFooter));
  const { bodies, end, rows } = joinFooters(await readFooter(template), footers);
  expect(rows).toBe(footers.reduce((sum, footer) => sum + footer.rows, 0));
  const bytes = new Uint8Array(end.at + end.bytes.length);
  bytes.set(PARQUET_MAGIC);
  for (const [index, { from, at }] of bodies.entries()) {
    bytes.set(await files[index]!.read(from), at);
  }
  bytes.set(end.bytes, end.at);
  return await room.copy(bytes);
}

describe('Parquet files that are joined', () => {
  it('have all rows, one file after the other, in the row groups that they had', async () => {
    const parts = ['c0 < 5000', 'c0 >= 5000 AND c0 < 5001', 'c0 >= 5001'];
    const files = await Promise.all(
      parts.map((part) => room.make(`FROM (${TABLE}) WHERE ${part}`, FORM)),
    );
    const empty = await room.make(`FROM (${TABLE}) WHERE false`);
    const template = await room.make(`${NAMED} (${TABLE}) LIMIT 0`, ", KV_METADATA {run: 'r1'}");
    const path = await joined(template, [files[0]!, empty, files[1]!, files[2]!]);
    expect(await room.select('SELECT * FROM FILE', path)).toEqual(
      await room.select(`${NAMED} (${TABLE})`),
    );
    const footer = await readFooter(memorySource(await readFile(path), path));
    const sources = await Promise.all(files.map(readFooter));
    const groups = sources.flatMap(({ rowGroups }) => rowGroups);
    expect(footer.rowGroups.map(({ rows, bytes }) => [rows, bytes])).toEqual(
      groups.map(({ rows, bytes }) => [rows, bytes]),
    );
    expect(footer.keyValues).toEqual(new Map([['run', 'r1']]));
    const described = await room.select('DESCRIBE SELECT * FROM FILE', template.path);
    expect(await room.select('DESCRIBE SELECT * FROM FILE', path)).toEqual(described);
  });

  it('name each column, and what lies in it, as the template', async () => {
    const file = await room.make(TABLE, FORM);
    const template = await room.make(`${NAMED} (${TABLE}) LIMIT 0`);
    const path = await joined(template, [file]);
    const names = `SELECT DISTINCT path_in_schema AS name, min(stats_min_value) OVER (PARTITION BY
      path_in_schema) AS least FROM parquet_metadata('${path}') ORDER BY column_id`;
    expect(await room.select(names)).toEqual(
      [
        ['id', '0'],
        ['ünï', 'row 0'],
        ['few', '0'],
        ['list, list, element', expect.anything()],
        ['st, a', '0'],
        ['st, b', 'x'],
      ].map(([name, least]) => ({ name, least })),
    );
    expect(
      await room.select('SELECT count(*) AS n FROM FILE WHERE "ünï" = \'row 77\'', path),
    ).toEqual([{ n: 1n }]);
  });

  it('without any row have the columns of the template', async () => {
    const template = await room.make(`${NAMED} (${TABLE}) LIMIT 0`);
    const path = await joined(template, []);
    expect(await room.select('SELECT * FROM FILE', path)).toEqual([]);
  });

  it('have columns of the same types', async () => {
    const template = await readFooter(await room.make('SELECT 1::INTEGER AS c0'));
    for (const other of [
      "SELECT 'x' AS c0",
      'SELECT 1::INTEGER AS c0, 2 AS c1',
      'SELECT [1] AS c0',
    ]) {
      const file = await readFooter(await room.make(other));
      expect(() => joinFooters(template, [file])).toThrow(CorruptSourceError);
    }
  });
});
