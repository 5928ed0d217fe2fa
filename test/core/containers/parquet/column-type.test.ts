import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { columnType } from '#core/containers/parquet/column-type.ts';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { openEngineRoom } from './engine-room.ts';
import { element, fileOf, footer, root } from './parquet-parts.ts';
import { boolean, i32, integer, list, struct, type ThriftValue, text } from './thrift-values.ts';

let room: Awaited<ReturnType<typeof openEngineRoom>>;

beforeAll(async () => {
  room = await openEngineRoom();
});

afterAll(() => room.close());

/** Types of the columns of a file as the engine reads it. */
async function read(bytes: Uint8Array): Promise<readonly unknown[]> {
  const path = await room.copy(bytes);
  const described = await room.select('DESCRIBE SELECT * FROM FILE', path);
  return described.map((column) => column['column_type']);
}

async function told(bytes: Uint8Array): Promise<readonly string[]> {
  const { columns } = await readFooter(memorySource(bytes, 'x.parquet'));
  return columns.map((column) => columnType(column, 'x.parquet'));
}

/** Columns without rows, from elements of a schema. */
async function schemaOf(columns: number, elements: readonly ThriftValue[]): Promise<Uint8Array> {
  const file = fileOf(
    footer({ 2: list([root(columns), ...elements]), 3: integer(0), 4: list([]) }),
  );
  return await file.read({ offset: 0, length: file.size });
}

describe('the type of a column', () => {
  it.each([
    ...['BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT'],
    ...['UINTEGER', 'UBIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL(4,1)', 'DECIMAL(9,2)', 'DECIMAL(18,0)'],
    ...['DECIMAL(38,10)', 'DATE', 'TIME', 'TIME WITH TIME ZONE', 'TIMESTAMP', 'TIMESTAMP_NS'],
    ...['TIMESTAMP WITH TIME ZONE', 'VARCHAR', 'BLOB', 'UUID', 'INTERVAL', 'JSON', 'INTEGER[]'],
    ...['STRUCT("a" INTEGER, "b ""c""" VARCHAR)', 'MAP(VARCHAR, INTEGER[])', 'DATE[][]'],
    'STRUCT("x" STRUCT("y" DECIMAL(5,2)[])[])[]',
  ])('%s, written by the engine, is known from the footer', async (type) => {
    const { path } = await room.make(`SELECT CAST(NULL AS ${type}) AS c`);
    const bytes = await readFile(path);
    expect(await told(bytes)).toEqual([type === 'JSON' ? 'VARCHAR' : type]);
    // The engine quotes names only where it must.
    const same = `SELECT typeof(CAST(NULL AS ${type})) AS type`;
    expect(await read(bytes)).toEqual([(await room.select(same))[0]!['type']]);
  });

  it.each(['int96', 'zone-ms', 'row-groups', 'zero-rows', 'two-schemas'])(
    'is that of the engine in files of other writers: %s',
    async (name) => {
      const folder = `${import.meta.dirname}/../../../fixtures/tables/parquet-${name}`;
      const bytes = await readFile(`${folder}/a.parquet`);
      expect(await told(bytes)).toEqual(await read(bytes));
    },
  );

  it('is known from the older annotations alone', async () => {
    const cases = [
      ...([
        [6, 0],
        [6, 4],
        [6, 19],
        [1, 6],
        [1, 7],
        [2, 8],
        [2, 9],
        [2, 10],
      ] as const),
      ...([
        [1, 11],
        [1, 12],
        [1, 13],
        [2, 14],
        [1, 15],
        [1, 16],
        [1, 17],
        [2, 18],
      ] as const),
    ];
    const elements = cases.map(([type, converted], i) =>
      element({ 1: i32(type), 3: i32(1), 4: text(`c${i}`), 6: i32(converted) }),
    );
    const decimal = { 1: i32(1), 3: i32(1), 4: text('d'), 6: i32(5), 7: i32(2), 8: i32(9) };
    const interval = { 1: i32(7), 2: i32(12), 3: i32(1), 4: text('i'), 6: i32(21) };
    const all = [...elements, element(decimal), element(interval)];
    const bytes = await schemaOf(all.length, all);
    const types = (await read(bytes)).map((type) => (type === 'JSON' ? 'VARCHAR' : type));
    expect(await told(bytes)).toEqual(types);
  });

  it('is known from the newer annotations', async () => {
    const utc = struct({ 1: boolean(true), 2: struct({ 1: struct({}) }) });
    const local = struct({ 1: boolean(false), 2: struct({ 3: struct({}) }) });
    const micros = struct({ 1: boolean(false), 2: struct({ 2: struct({}) }), 3: i32(1) });
    const columns = [
      [2, 8, utc],
      [2, 8, local],
      [2, 8, micros],
      [2, 7, micros],
      [7, 14, struct({})],
      [7, 15, struct({})],
      [1, 11, struct({})],
    ] as const;
    const elements = columns.map(([type, logical, value], i) =>
      element({
        ...{ 1: i32(type), 2: i32(logical === 15 ? 2 : 16), 3: i32(1), 4: text(`c${i}`) },
        10: struct({ [logical]: value }),
      }),
    );
    const bytes = await schemaOf(elements.length, elements);
    expect(await told(bytes)).toEqual(await read(bytes));
  });

  it('is known of lists of older writers, and of a column that repeats', async () => {
    const group = (name: string, repetition: number, children: number, converted?: number) =>
      struct({
        ...{ 3: i32(repetition), 4: text(name), 5: i32(children) },
        6: converted === undefined ? undefined : i32(converted),
      });
    const elements = [
      ...[group('two', 1, 1, 3), element({ 3: i32(2), 4: text('e') })],
      ...[group('three', 1, 1, 3), group('list', 2, 1), element({ 3: i32(1), 4: text('element') })],
      ...[group('pair', 1, 1, 3), group('bag', 2, 2), element(), element({ 4: text('y') })],
      element({ 3: i32(2), 4: text('many') }),
    ];
    const bytes = await schemaOf(4, elements);
    expect(await told(bytes)).toEqual([
      'INTEGER[]',
      'INTEGER[]',
      'STRUCT("x" INTEGER, "y" INTEGER)[]',
      'INTEGER[]',
    ]);
    expect(await read(bytes)).toEqual([
      'INTEGER[]',
      'INTEGER[]',
      'STRUCT(x INTEGER, y INTEGER)[]',
      'INTEGER[]',
    ]);
  });

  it.each([
    ['a decimal of 39 digits', { 6: i32(5), 7: i32(2), 8: i32(39) }],
    ['a decimal of no digits', { 10: struct({ 5: struct({ 3: i32(1) }) }) }],
    ['more places than digits', { 10: struct({ 5: struct({ 1: i32(5), 2: i32(4) }) }) }],
    ['fewer places than none', { 10: struct({ 5: struct({ 1: i32(-1), 2: i32(4) }) }) }],
    ['a meaning that is not known', { 10: struct({ 77: struct({}) }) }],
    ['an older one that is not known', { 6: i32(77) }],
    ['an older one below zero', { 6: i32(-1) }],
    ['no meaning', { 10: struct({}) }],
    ['a text in a number', { 1: i32(1), 6: i32(0) }],
    ['a date of 64 bits', { 1: i32(2), 6: i32(6) }],
    ['a number of 64 bits in 32', { 1: i32(1), 6: i32(14) }],
    ['an instant in 32 bits', { 1: i32(1), 6: i32(9) }],
    ['a decimal in a fraction', { 1: i32(5), 6: i32(5), 8: i32(4) }],
    ['a UUID of 5 bytes', { 1: i32(7), 2: i32(5), 10: struct({ 14: struct({}) }) }],
    [
      'a time of a unit that is not known',
      { 1: i32(2), 10: struct({ 7: struct({ 2: struct({ 9: struct({}) }) }) }) },
    ],
    ['an instant of no unit', { 1: i32(2), 10: struct({ 8: struct({}) }) }],
    [
      'an integer of 7 bits',
      { 10: struct({ 10: struct({ 1: { type: 3, bytes: [7] }, 2: boolean(true), 3: i32(1) }) }) },
    ],
  ])('is refused for %s, by the name of the column', async (_, changes) => {
    const bytes = await schemaOf(1, [element({ 1: i32(6), 4: text('odd'), ...changes })]);
    await expect(told(bytes)).rejects.toThrow('x.parquet has the column "odd" of a type');
    const inStruct = [root(1), element({ 1: i32(6), 4: text('odd'), ...changes })];
    const inList = [
      struct({ 3: i32(1), 4: text('l'), 5: i32(1), 6: i32(3) }),
      element({ 1: i32(6), 3: i32(2), 4: text('odd'), ...changes }),
    ];
    for (const elements of [inStruct, inList]) {
      await expect(told(await schemaOf(1, elements))).rejects.toThrow('of a type that is not read');
    }
  });

  it('is refused for maps without a value', async () => {
    const group = (name: string, converted?: number) =>
      struct({
        3: i32(1),
        4: text(name),
        5: i32(1),
        6: converted === undefined ? undefined : i32(1),
      });
    const bytes = await schemaOf(1, [group('m', 1), group('key_value'), element()]);
    await expect(told(bytes)).rejects.toThrow('x.parquet has the column "m" of a type');
  });
});
