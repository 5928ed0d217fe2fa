import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CorruptSourceError, RequestError, UnsupportedSourceError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { listTable } from '#core/tables/run/list-table.ts';
import { tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { withCounting } from '#support/counting-source.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { type Objects, storeOf } from '#support/tables/plan-objects.ts';
import { parquetOf } from '#support/tables/table-content.ts';
import { openChunk } from '#tables/open-chunk.ts';
import type { TableSlice } from '#tables/table-slice.ts';

interface Given extends ShortTable {
  readonly start?: { object: number; at: number };
  readonly end?: { object: number; at: number };
  readonly names?: string[];
}

async function open(
  format: 'csv' | 'jsonl' | 'parquet',
  objects: Objects | ObjectStore,
  { start = { object: 0, at: 0 }, end, names, ...short }: Given = {},
): Promise<readonly TableSlice[]> {
  const asked = askedTable({ schema: { a: 'integer', b: 'varchar' }, format, ...short });
  const store = 'pin' in objects ? (objects as ObjectStore) : storeOf(objects as Objects);
  const list = await listTable(asked.source, store);
  const schema = asked.schema!;
  const first = names && { uri: 's3://b/first', names };
  const layout = tableLayoutOf(asked, { format, schema, ...(first && { first }) });
  const last = end ?? { object: list.count, at: 0 };
  const pins = list.pins(start.object, last.object + (last.at > 0 ? 1 : 0));
  return await openChunk({ layout, chunk: { start, end: last }, pins, store });
}

/** The parts of slices: where they lie, and their columns. */
function shown(slices: readonly TableSlice[]) {
  return slices.map((slice) => ({
    sources: slice.sources.map(({ at, default: standIn }) => [at, standIn]),
    parts: slice.parts.map((part) => {
      const name = part.source.uri.slice('s3://b/'.length);
      return 'groups' in part
        ? [name, part.groups.start, part.groups.end]
        : [name, part.start, part.end];
    }),
  }));
}

const plainSources = [
  [0, undefined],
  [1, undefined],
];

describe('openChunk', () => {
  it('gathers texts of one header, and passes those without rows', async () => {
    const objects = { '1': 'a,b\n1,x\n', '2': '', '3': 'a,b\n', '4': '\uFEFFa,b\n2,y\n' };
    expect(shown(await open('csv', objects))).toEqual([
      {
        sources: plainSources,
        parts: [
          ['1', 4, undefined],
          ['4', 7, undefined],
        ],
      },
    ]);
  });

  it('begins and ends within objects', async () => {
    const text = 'a,b\n1,x\n2,y\n3,z\n';
    const start = { object: 1, at: 8 };
    const opened = await open(
      'csv',
      { '1': text, '2': text, '3': text },
      {
        start,
        end: { object: 2, at: 12 },
      },
    );
    expect(shown(opened)[0]?.parts).toEqual([
      ['2', 8, undefined],
      ['3', 4, 12],
    ]);
    const one = await open('csv', { '1': text, '2': text }, { start, end: { object: 1, at: 12 } });
    expect(shown(one)[0]?.parts).toEqual([['2', 8, 12]]);
    // A cut within the header leaves the rows to the chunk behind it.
    const none = await open('csv', { '1': text }, { end: { object: 0, at: 2 } });
    expect(none).toEqual([]);
  });

  it.each(['gz', 'zst'])('refuses a compressed object without a byte: %s', async (end) => {
    const opening = open('csv', { [`1.csv.${end}`]: '' });
    await expect(opening).rejects.toThrow(CorruptSourceError);
    await expect(opening).rejects.toThrow(/1\.csv\.\w+ is no whole (gzip|zstd) file: it is empty/);
  });

  it('makes slices of texts whose headers differ, where that is allowed', async () => {
    const objects = { '1': 'a,b\n1,x\n', '2': 'b,a\ny,2\n', '3': 'b,a\nz,3\n', '4': 'a\n4\n' };
    const given = { byName: true, names: ['a', 'b'] };
    expect(shown(await open('csv', objects, given)).map(({ sources }) => sources)).toEqual([
      plainSources,
      [
        [1, undefined],
        [0, undefined],
      ],
      [
        [0, undefined],
        [undefined, undefined],
      ],
    ]);
    const refused = open('csv', objects, { names: ['a', 'b'] });
    await expect(refused).rejects.toThrow(CorruptSourceError);
    await expect(refused).rejects.toThrow('s3://b/2 has another header than s3://b/first');
  });

  it('names the fields of a text without a header by the schema', async () => {
    const csv = { header: false };
    const opened = await open('csv', { '1': '1,x\n' }, { csv });
    expect(shown(opened)).toEqual([{ sources: plainSources, parts: [['1', 0, undefined]] }]);
    const refused = open('csv', { '1': '1,x,\n' }, { csv });
    await expect(refused).rejects.toThrow('has 3 fields in its first record, but the schema has 2');
    const keyed = await open('csv', { 'b=7/1': '1\n' }, { csv });
    expect(shown(keyed)[0]?.sources).toEqual([
      [0, undefined],
      [undefined, '7'],
    ]);
  });

  it('takes columns from the keys of objects', async () => {
    const objects = {
      'b=x%2Fy/1': 'a\n1\n',
      'b=x%2Fy/2': 'a\n2\n',
      'b=z/1': 'a\n3\n',
      'b=__HIVE_DEFAULT_PARTITION__/1': 'a\n0\n',
    };
    const slices = await open('csv', objects);
    expect(slices.map(({ sources }) => sources[1]?.default)).toEqual([undefined, 'x/y', 'z']);
    expect(slices.map(({ parts }) => parts.length)).toEqual([1, 2, 1]);
    const lines = await open('jsonl', { 'b=7/1': '{"a":1}\n' });
    expect(shown(lines)[0]?.sources[1]).toEqual([1, '7']);
  });

  it('reads the keys of JSON lines that are asked for, of plain and compressed objects', async () => {
    const objects = { '1': '{"a":1}\n', '2': gzipSync('{"a":2}\n'), '3': '' };
    const columns = { b: { from: ['the b'] } };
    const [slice, other] = await open('jsonl', objects, { columns });
    expect(slice?.format === 'jsonl' && slice.keys.map(({ key }) => key)).toEqual(['a', 'the b']);
    expect(other).toBeUndefined();
    expect(slice?.parts.map((part) => 'compression' in part && part.compression)).toEqual([
      'none',
      'gzip',
    ]);
  });

  it('fails where the keys of JSON lines are not clear', async () => {
    const objects = { '1': '{"a":1}\n' };
    const fails = async (columns: ShortTable['columns'], schema = {}) => {
      const opening = open('jsonl', objects, {
        columns: columns!,
        schema: { a: 'int', ...schema },
      });
      await expect(opening).rejects.toThrow(RequestError);
      return expect(opening).rejects;
    };
    await (await fails({ a: { from: ['x', 'y'] } })).toThrow('columns."a".from has several names');
    const both = { a: { from: ['x'] }, b: { from: ['x'] } };
    await (await fails(both, { b: 'int[]' })).toThrow('becomes another column as INTEGER');
    await (await fails({ a: { from: ['B'] } }, { b: 'int' })).toThrow('differ only in case');
    const [slice] = await open('jsonl', objects, { columns: both });
    expect(slice?.sources.map(({ at }) => at)).toEqual([0, 0]);
  });

  it('takes row groups of Parquet, and gathers what has the same types', async () => {
    const select = (type: string) =>
      `SELECT CAST(i AS ${type}) AS a, 'x' AS b FROM range(5000) r(i)`;
    const [wide, narrow] = [
      await parquetOf(select('BIGINT'), 2048),
      await parquetOf(select('INT')),
    ];
    const none = await parquetOf(`${select('INT')} WHERE false`);
    const objects = { '1': wide, '2': wide, '3': narrow, '4': none, '5': narrow };
    const opened = await open('parquet', objects, {
      start: { object: 0, at: 1 },
      end: { object: 4, at: 1 },
    });
    expect(shown(opened).map(({ parts }) => parts)).toEqual([
      [
        ['1', 1, 3],
        ['2', 0, 3],
      ],
      [
        ['3', 0, 1],
        ['5', 0, 1],
      ],
    ]);
  });

  it.each<[string, 'csv' | 'jsonl' | 'parquet', Objects, ShortTable]>([
    ['is Parquet', 'csv', { '1': 'PAR1\x15\x04' }, {}],
    ['is JSON', 'csv', { '1.csv': '{"a":1}\n' }, {}],
    ['is no JSON', 'jsonl', { '1': 'a,b\n1,2\n' }, {}],
    ['is plain', 'csv', { '1.csv.gz': 'a,b\n' }, {}],
    ['is compressed', 'csv', { '1.csv': gzipSync('a,b\n') }, {}],
    [
      'is compressed against the request',
      'csv',
      { '1.csv.gz': gzipSync('a,b\n') },
      { compression: 'none' },
    ],
    ['is no Parquet', 'parquet', { '1.parquet': 'a,b\n1,2\n' }, {}],
  ])('fails where an object %s', async (_, format, objects, short) => {
    await expect(open(format, objects, short)).rejects.toThrow(UnsupportedSourceError);
  });

  it('reads 32 heads at the same time, once each, and keeps their order', async () => {
    const objects = Object.fromEntries(
      Array.from({ length: 100 }, (_, k) => [`${100 + k}`, `a,b\n${k},x\n`]),
    );
    const store = storeOf(objects);
    let [reads, underWay, most] = [0, 0, 0];
    const slow: ObjectStore = {
      ...store,
      open: (pin) => {
        const source = withCounting(store.open(pin));
        const read: typeof source.read = async (range) => {
          reads += range.length > 0 ? 1 : 0;
          most = Math.max(most, ++underWay);
          await new Promise((resolve) => setTimeout(resolve, Number(pin.uri.at(-1))));
          underWay -= 1;
          return await source.read(range);
        };
        return { uri: source.uri, size: source.size, etag: source.etag, read };
      },
    };
    const [slice] = await open('csv', slow);
    const names = slice?.parts.map(({ source }) => source.uri.slice(-3));
    expect(names).toEqual(Object.keys(objects));
    expect({ reads, most }).toEqual({ reads: 100, most: 32 });
  });
});
