import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { THRIFT } from '#core/containers/parquet/compact-reader.ts';
import { checkParquetFile, readFooter } from '#core/containers/parquet/footer.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { chunk, element, fileOf, footer, root, rowGroup } from './parquet-parts.ts';
import { binary, i32, integer, list, struct, type ThriftValue, text } from './thrift-values.ts';

async function fixture(name: string, file = 'a'): Promise<ByteSource> {
  const path = `${import.meta.dirname}/../../../fixtures/tables/${name}/${file}.parquet`;
  return memorySource(await readFile(path), `${file}.parquet`);
}

const other = (changes: Parameters<typeof chunk>[0]) => ({
  4: list([rowGroup([chunk(changes)])]),
});

describe('the footer of a file', () => {
  it('says its rows, its columns and where its row groups lie', async () => {
    const source = await fixture('parquet-row-groups');
    const found = await checkParquetFile(source);
    expect(found.rows).toBe(found.rowGroups.reduce((sum, { rows }) => sum + rows, 0));
    expect(found.rowGroups).toHaveLength(50);
    expect(found.columns.map(({ name }) => name)).toEqual(['i', 's', 'p']);
    expect(found.createdBy).toContain('parquet-cpp');
    expect(found.keyValues.has('ARROW:schema')).toBe(true);
    // Each row group ends where the next one begins; the first lies behind the magic.
    let end = 4;
    for (const { ranges, bytes } of found.rowGroups) {
      expect(ranges).toEqual([{ offset: end, length: bytes }]);
      end += bytes;
    }
    expect(end).toBeLessThanOrEqual(found.offset);
  });

  it.each([
    ['parquet-int96', 'a', ['INT96']],
    ['parquet-zone-ms', 'a', ['INT64', 'INT64']],
    ['parquet-two-schemas', 'a', ['INT32']],
    ['parquet-two-schemas', 'b', ['INT64', 'BYTE_ARRAY']],
    ['parquet-zero-rows', 'a', ['INT32']],
  ])('is read from %s/%s', async (name, file, types) => {
    const { leaves } = await readFooter(await fixture(name, file));
    expect(leaves.map(({ physical }) => physical)).toEqual(types);
  });

  it('may be of no rows', async () => {
    const { rows, rowGroups } = await readFooter(await fixture('parquet-zero-rows'));
    expect(rows).toBe(0);
    expect(rowGroups.every((group) => group.rows === 0)).toBe(true);
    expect((await readFooter(fileOf(footer({ 3: integer(0), 4: list([]) })))).rows).toBe(0);
  });

  it('refuses an encrypted file by name', async () => {
    const source = await fixture('parquet-encrypted');
    await expect(readFooter(source)).rejects.toThrow(UnsupportedSourceError);
    await expect(readFooter(source)).rejects.toThrow('a.parquet is encrypted');
  });

  it('refuses a footer that would begin before the file', async () => {
    const source = await fixture('parquet-broken-footer');
    await expect(readFooter(source)).rejects.toThrow(
      /a\.parquet says that its footer has \d+ bytes/,
    );
  });

  it('finds the dictionaries before the values', async () => {
    const { rowGroups } = await readFooter(
      fileOf(footer(other({ 9: integer(9), 11: integer(5) }))),
    );
    expect(rowGroups[0]!.ranges).toEqual([{ offset: 5, length: 10 }]);
  });

  it('is read in two reads where it is longer than 64 KiB', async () => {
    const source = fileOf(footer({ 6: text('w'.repeat(100_000)) }));
    let reads = 0;
    const counted: ByteSource = {
      ...source,
      read: (range) => {
        reads += 1;
        return source.read(range);
      },
    };
    expect((await readFooter(counted)).createdBy).toHaveLength(100_000);
    expect(reads).toBe(2);
  });

  it('is refused where it is longer than 256 MiB', async () => {
    const tail = Buffer.from([0, 0, 0, 0x20, ...Buffer.from('PAR1')]);
    const size = 2 ** 30;
    const source: ByteSource = {
      ...memorySource(tail, 'large.parquet'),
      size,
      read: async ({ length }) => new Uint8Array([...new Uint8Array(length - 8), ...tail]),
    };
    await expect(readFooter(source)).rejects.toThrow(BoundExceededError);
    await expect(readFooter(source)).rejects.toThrow(
      'large.parquet has a footer of 536870912 bytes',
    );
  });

  it('is looked for in files of 12 bytes or more', async () => {
    await expect(readFooter(memorySource(new Uint8Array(11), 'x'))).rejects.toThrow(
      'x has 11 bytes',
    );
    await expect(readFooter(memorySource(new Uint8Array(12), 'x'))).rejects.toThrow(
      'does not end with PAR1',
    );
  });

  it('does not say how the file begins: that is checked for files written here', async () => {
    const { size, read } = fileOf(footer());
    const bytes = await read({ offset: 0, length: size });
    bytes[0] = 0;
    const source = memorySource(bytes, 'x.parquet');
    expect((await readFooter(source)).rows).toBe(5);
    await expect(checkParquetFile(source)).rejects.toThrow('does not begin with PAR1');
  });
});

describe('a footer that contradicts itself is refused', () => {
  it.each([
    ['no schema', { 2: undefined, 4: undefined }, 'lacks its schema'],
    ['row groups before the schema', { 2: undefined }, 'has row groups before its schema'],
    ['no rows', { 3: undefined }, 'lacks its schema, its rows or its row groups'],
    ['other rows', { 3: integer(6) }, 'says that the file has 6 rows, but its row groups have 5'],
    ['2^62 rows', { 3: integer(2n ** 62n) }, 'absurd number'],
    [
      'a negative offset',
      other({ 9: integer(-4) }),
      'of 10 bytes (10 when decompressed) at offset -4',
    ],
    ['an offset before the magic ends', other({ 9: integer(3) }), 'at offset 3'],
    ['an end in the footer', other({ 9: integer(95) }), 'offset 95, where columns end at 104'],
    ['a negative length', other({ 7: integer(-1) }), 'a column chunk of -1 bytes'],
    ['a length of 2^62', other({ 7: integer(2n ** 62n) }), 'absurd number'],
    ['a negative size', other({ 6: integer(-1) }), '(-1 when decompressed)'],
    ['no bytes', other({ 7: integer(0) }), 'a column chunk of 0 bytes'],
    ['a dictionary before the file', other({ 11: integer(-9) }), 'at offset -9'],
    [
      'a dictionary behind',
      other({ 11: integer(5) }),
      'a dictionary at offset 5, behind its values',
    ],
    ['no offset', other({ 9: undefined }), 'does not say where it lies'],
    ['no type', other({ 1: undefined }), 'without a description'],
    ['another type', other({ 1: i32(2) }), 'the column "x" of INT32 with values of type INT64'],
    ['other values', other({ 5: integer(4) }), 'has 4 values of "x" in a row group of 5 rows'],
    ['negative rows', { 4: list([rowGroup([chunk()], -1)]) }, 'a row group of -1 rows'],
    ['no columns', { 4: list([rowGroup([])]) }, 'a row group of 0 columns, where its schema has 1'],
    [
      'two row groups in one place',
      { 3: integer(10), 4: list([rowGroup([chunk()]), rowGroup([chunk({ 9: integer(13) })])]) },
      'columns that overlap at offset 13',
    ],
    [
      'columns in one place',
      {
        2: list([root(2), element(), element({ 4: text('y') })]),
        4: list([rowGroup([chunk({ 9: integer(13) }), chunk()])]),
      },
      'columns that overlap at offset 13',
    ],
    [
      'more columns than are there',
      { 2: list([root(2), element()]) },
      'of 2 columns, of which 1 are there',
    ],
    [
      'less columns than are there',
      { 2: list([root(1), element(), element()]) },
      'outside of its root',
    ],
    ['a root that is a column', { 2: list([element()]) }, 'outside of its root'],
    ['no root', { 2: list([]) }, 'fewer columns than it says'],
    ['no name', { 2: list([root(1), element({ 4: undefined })]) }, 'a column without a name'],
    [
      'an empty group',
      { 2: list([root(1), element({ 1: undefined })]) },
      'the group "x" of 0 columns',
    ],
    [
      'an unknown type',
      { 2: list([root(1), element({ 1: i32(99) })]) },
      'the column "x" of type 99 and repetition 0',
    ],
    [
      'an unknown repetition',
      { 2: list([root(1), element({ 3: i32(-1) })]) },
      'the column "x" of type 1 and repetition -1',
    ],
    [
      'values of no width',
      { 2: list([root(1), element({ 1: i32(7), 2: i32(-5) })]) },
      'the column "x" of -5 bytes a value',
    ],
    ['a column that is a group', { 2: list([root(1), element({ 5: i32(1) })]) }, 'is also a group'],
    [
      'a deep schema',
      { 2: list([...Array.from({ length: 70 }, () => root(1)), element()]) },
      'a schema more than 64 deep',
    ],
    ['a text that is not UTF-8', { 6: binary(Uint8Array.of(0xff)) }, 'that is not UTF-8'],
    ['a field of another type', { 3: text('x') }, 'a value of Thrift type 8 before byte'],
    [
      'a list longer than the footer',
      { 4: list([rowGroup([chunk()])], 2 ** 40) },
      'a list of 1099511627776',
    ],
    ['texts for row groups', { 4: list([text('x')]) }, 'Thrift type 8'],
    ['a list as a number', { 4: integer(1) }, 'Thrift type 6'],
  ])('%s', async (_, changes, message) => {
    const reading = readFooter(fileOf(footer(changes)));
    await expect(reading).rejects.toThrow(CorruptSourceError);
    await expect(readFooter(fileOf(footer(changes)))).rejects.toThrow(message);
    await expect(readFooter(fileOf(footer(changes)))).rejects.toThrow('x.parquet');
  });

  it.each([
    ['a key of columns', { 4: list([rowGroup([chunk({}, { 8: struct({}) })])]) }, 'encrypted'],
    ['hidden columns', { 4: list([rowGroup([chunk({}, { 9: text('') })])]) }, 'encrypted'],
    ['an algorithm', { 8: struct({}) }, 'encrypted'],
    ['columns elsewhere', { 4: list([rowGroup([chunk({}, { 1: text('y') })])]) }, 'in other files'],
  ])('%s, as what is not read', async (_, changes, message) => {
    const reading = readFooter(fileOf(footer(changes)));
    await expect(reading).rejects.toThrow(UnsupportedSourceError);
    await expect(readFooter(fileOf(footer(changes)))).rejects.toThrow(message);
  });

  it('above 200,000 columns and 100,000 row groups', async () => {
    const empty = rowGroup([], 0);
    const rows = Array.from<ThriftValue>({ length: 100_001 }).fill(empty);
    const crowd = footer({ 2: list([root(0)]), 3: integer(0), 4: list(rows) });
    await expect(readFooter(fileOf(crowd))).rejects.toThrow('more than 100000 row groups');
    const columns = Array.from<ThriftValue>({ length: 200_001 }).fill(element());
    const wide = footer({ 2: list([root(200_001), ...columns]) });
    await expect(readFooter(fileOf(wide))).rejects.toMatchObject({
      name: 'BoundExceededError',
      message: expect.stringContaining('more than 200000 columns'),
    });
  }, 30_000);
});

describe('fields that nobody needs', () => {
  it('are passed over, whatever their type', async () => {
    const map = { type: THRIFT.map, bytes: [1, 0x8c, 1, 97, ...struct({}).bytes] };
    const extra = struct({
      1: { type: THRIFT.byte, bytes: [7] },
      2: { type: THRIFT.double, bytes: [0, 0, 0, 0, 0, 0, 0, 1] },
      3: map,
      4: { type: THRIFT.map, bytes: [0] },
      5: list([{ type: THRIFT.true, bytes: [1] }]),
      6: { type: THRIFT.set, bytes: [0x15, 2] },
      7: integer(2n ** 63n - 1n),
      40: { type: THRIFT.true, bytes: [] },
    });
    const group = struct({ 1: list([chunk()]), 3: integer(5), 99: extra });
    const entry = struct({ 1: text('k'), 2: text('v'), 9: extra });
    const found = await readFooter(
      fileOf(footer({ 4: list([group]), 5: list([entry]), 20: extra })),
    );
    expect(found.rows).toBe(5);
    expect(found.keyValues).toEqual(new Map([['k', 'v']]));
  });

  it('are refused where they make no sense', async () => {
    let deep = struct({});
    for (let i = 0; i < 40; i++) deep = i % 2 === 0 ? list([deep]) : struct({ 1: deep });
    let structs = struct({});
    for (let i = 0; i < 40; i++) structs = struct({ 1: structs });
    const endless = { type: THRIFT.i64, bytes: Array.from({ length: 11 }, () => 0xff) };
    for (const [bad, message] of [
      [deep, 'nested more than 32 deep'],
      [
        Array.from({ length: 40 }).reduce<typeof deep>((inner) => list([inner]), struct({})),
        'nested',
      ],
      [structs, 'nested more than 32 deep'],
      [endless, 'an integer that does not end'],
      [{ type: THRIFT.binary, bytes: [100] }, 'has 100 bytes at byte'],
      [{ type: 13, bytes: [] }, 'Thrift type 13'],
    ] as const) {
      await expect(readFooter(fileOf(footer({ 20: bad })))).rejects.toThrow(message);
    }
    await expect(readFooter(fileOf(footer({ 3: endless })))).rejects.toThrow('does not end');
    const cut = footer().bytes.slice(0, -1);
    await expect(readFooter(fileOf({ type: THRIFT.struct, bytes: cut }))).rejects.toThrow(
      'ends in the middle of a value',
    );
  });
});
