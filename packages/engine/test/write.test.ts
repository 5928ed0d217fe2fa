import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TableFile } from '#engine/engine.ts';
import { literal } from '#engine/quote.ts';
import { open } from './opened.ts';

const PARQUET = { format: 'parquet', compression: 'zstd', rowGroupRows: 20_480 } as const;
const CSV = { format: 'csv', compression: 'none', header: true, delimiter: ',' } as const;
const JSONL = { format: 'jsonl', compression: 'none' } as const;

it('writes texts of CSV in quotes where that is asked for, and values as SQL gives them', async () => {
  await using opened = await open();
  const path = opened.file('quoted.csv');
  const text = "SELECT * FROM (VALUES (1, '\\.'), (2, NULL), (3, '')) AS t(a, \"b c\")";
  const values = ['a + 1 AS a', '"b c"'];
  const file = { ...CSV, header: false, path, quoted: ['b c'], values };
  await opened.engine.writeSelect({ text }, file);
  expect(await readFile(path, 'utf8')).toBe('2,"\\."\n3,\n4,""\n');
});

describe('a Parquet file', () => {
  it('has the numbers of columns that it is given', async () => {
    await using opened = await open();
    const path = opened.file('ids.parquet');
    const text = `SELECT 1 AS "a""' b", {'x': 1, 'l': [1]} AS s, map{'k': 2} AS m`;
    const fieldIds = [
      { name: 'a"\' b', id: 1 },
      {
        ...{ name: 's', id: 2 },
        fields: [
          { name: 'x', id: 4 },
          { name: 'l', id: 5, fields: [{ name: 'element', id: 6 }] },
        ],
      },
      {
        ...{ name: 'm', id: 3 },
        fields: [
          { name: 'key', id: 7 },
          { name: 'value', id: 8 },
        ],
      },
    ];
    await opened.engine.writeSelect({ text }, { ...PARQUET, path, fieldIds });
    const numbers = `SELECT name, field_id::INT AS id FROM parquet_schema(${literal(path)})
      WHERE field_id IS NOT NULL ORDER BY id`;
    const found = await opened.engine.runSelect({ text: numbers });
    expect(found.map(({ name, id }) => `${id} ${name}`)).toEqual([
      ...['1 a"\' b', '2 s', '3 m', '4 x', '5 l', '6 element', '7 key', '8 value'],
    ]);
  });

  it('has the rows, the row groups and the metadata that it is given', async () => {
    await using opened = await open();
    const { engine } = opened;
    const path = opened.file('a.parquet');
    const text = `SELECT (range - 5)::INTEGER AS "a""b.c", range % 2 = 0 AS even,
        CASE WHEN range > 3 THEN 'x' || range END AS z, (1.5 * range)::DECIMAL(9,2) AS d,
        TIMESTAMPTZ '2024-01-01 01:00:00+01' AS t, {'f': range} AS s, NULL::DATE AS n
      FROM range($1) -- so`;
    const keyValues = { run: 'r-1', 'row start': '0' };
    const file: TableFile = { ...PARQUET, path, keyValues };
    expect(await engine.writeSelect({ text, values: [50_000] }, file)).toEqual({
      rows: 50_000,
      bytes: (await stat(path)).size,
    });
    const from = `parquet_metadata(${literal(path)})`;
    const groups = `SELECT DISTINCT row_group_id AS g, row_group_num_rows AS r, compression AS c
      FROM ${from} ORDER BY g`;
    expect(await engine.runSelect({ text: groups })).toEqual([
      { g: 0n, r: 20_480n, c: 'ZSTD' },
      { g: 1n, r: 20_480n, c: 'ZSTD' },
      { g: 2n, r: 9_040n, c: 'ZSTD' },
    ]);
    const pairs = `SELECT decode(key) AS k, decode(value) AS v
      FROM parquet_kv_metadata(${literal(path)})`;
    expect(await engine.runSelect({ text: pairs })).toEqual([
      { k: 'run', v: 'r-1' },
      { k: 'row start', v: '0' },
    ]);
  });

  it.each(['zstd', 'snappy', 'gzip', 'none'] as const)(
    'is written with %s',
    async (compression) => {
      await using opened = await open();
      const path = opened.file('a.parquet');
      const text = "SELECT range AS a, 'row ' || range AS b FROM range(3000)";
      await opened.engine.writeSelect({ text }, { ...PARQUET, path, compression });
      const codec = `SELECT DISTINCT compression AS c FROM parquet_metadata(${literal(path)})`;
      const name = compression === 'none' ? 'UNCOMPRESSED' : compression.toUpperCase();
      expect(await opened.engine.runSelect({ text: codec })).toEqual([{ c: name }]);
    },
  );
});

describe('a text', () => {
  const text = `SELECT * FROM (VALUES (1, 'a,b', DATE '2024-01-02'), (2, '', NULL), (3, NULL, NULL))
    t(n, "t;", d)`;
  it.each([
    [CSV, 'n,t;,d\n1,"a,b",2024-01-02\n2,"",\n3,,\n'],
    [{ ...CSV, delimiter: ';', header: false }, '1;a,b;2024-01-02\n2;"";\n3;;\n'],
    [
      JSONL,
      '{"n":1,"t;":"a,b","d":"2024-01-02"}\n{"n":2,"t;":"","d":null}\n{"n":3,"t;":null,"d":null}\n',
    ],
  ])('of %j is written as it is, and compressed', async (file, expected) => {
    await using opened = await open();
    const path = opened.file('out');
    const written = await opened.engine.writeSelect({ text }, { ...file, path });
    expect(await readFile(path, 'utf8')).toBe(expected);
    expect(written).toEqual({ rows: 3, bytes: Buffer.byteLength(expected) });
    const unpack = { gzip: gunzipSync, zstd: zstdDecompressSync };
    for (const compression of ['gzip', 'zstd'] as const) {
      await opened.engine.writeSelect({ text }, { ...file, path, compression });
      expect(unpack[compression](await readFile(path)).toString()).toBe(expected);
    }
  });
});

const KINDS = [
  PARQUET,
  CSV,
  JSONL,
  { ...CSV, compression: 'gzip' },
  { ...JSONL, compression: 'zstd' },
] as const;

it('has the same bytes with any memory and name, in the order of its source', async () => {
  const digests = new Map<string, Set<string>>();
  for (const memoryBytes of [100e6, 1e9, 300e6]) {
    await using opened = await open({ memoryBytes });
    const source = opened.file('source.csv');
    const rows = "SELECT range AS n, repeat('x', (range % 97)::INTEGER) AS t FROM range(150000)";
    await opened.engine.writeSelect({ text: rows }, { ...CSV, path: source });
    const path = opened.file(`out-${memoryBytes}`);
    for (const kind of KINDS) {
      const text = `SELECT n::BIGINT AS n, t, n::BIGINT % 7 AS s
        FROM read_csv($1, all_varchar = true) WHERE n::BIGINT % 5 <> 0`;
      await opened.engine.writeSelect({ text, values: [source] }, { ...kind, path });
      const digest = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      const name = JSON.stringify(kind);
      digests.set(name, (digests.get(name) ?? new Set()).add(digest));
    }
    const lines = zstdDecompressSync(await readFile(path))
      .toString()
      .trim()
      .split('\n');
    const numbers = lines.map((line) => Number(JSON.parse(line).n));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(await readdir(opened.directory)).toEqual([`out-${memoryBytes}`, 'source.csv']);
  }
  expect([...digests.values()].map(({ size }) => size)).toEqual(KINDS.map(() => 1));
});

describe('a file that could not be written', () => {
  it.each([
    [
      'of a value',
      "SELECT CASE WHEN range = 90000 THEN 'x' ELSE '1' END::INTEGER FROM range(99999)",
    ],
    ['of a name', 'SELECT nothing'],
  ])('leaves nothing, because %s', async (_, text) => {
    await using opened = await open();
    for (const kind of [PARQUET, CSV, JSONL]) {
      const file: TableFile = { ...kind, path: opened.file('out') };
      const written = opened.engine.writeSelect({ text }, file);
      await expect(written).rejects.toMatchObject({ name: 'EngineError' });
    }
    expect(await readdir(opened.directory)).toEqual([]);
  });

  it('leaves nothing when its signal aborts', async () => {
    await using opened = await open();
    const abort = new AbortController();
    const text = 'SELECT hash(range) AS h FROM range(2000000000)';
    const file: TableFile = { ...PARQUET, path: opened.file('out') };
    setTimeout(() => abort.abort(new Error('enough')), 200);
    const written = opened.engine.writeSelect({ text }, file, { signal: abort.signal });
    await expect(written).rejects.toThrow('enough');
    expect(await readdir(opened.directory)).toEqual([]);
  });
});
