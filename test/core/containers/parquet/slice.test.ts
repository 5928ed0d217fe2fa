import { readFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { type ParquetFooter, readFooter } from '#core/containers/parquet/footer.ts';
import { sliceFooter } from '#core/containers/parquet/slice-footer.ts';
import { openEngineRoom } from './engine-room.ts';
import { chunk, element, fileOf, footer, root, rowGroup } from './parquet-parts.ts';
import { boolean, i32, integer, list, struct, text } from './thrift-values.ts';

type Room = Awaited<ReturnType<typeof openEngineRoom>>;
type Made = Awaited<ReturnType<Room['make']>>;

const ROWS = 20_000;
const GROUP = 2048;
const TABLE = `SELECT i, 'row ' || i AS s, i % 7 AS few, [i, NULL] AS l, {'a': i, 'b "c"': 'x'} AS st,
  CASE WHEN i % 3 = 0 THEN NULL ELSE i / 8 END AS d FROM range(${ROWS}) t(i)`;

let room: Room;
let made: Made;
let found: ParquetFooter;

beforeAll(async () => {
  room = await openEngineRoom();
  made = await room.make(TABLE, `, ROW_GROUP_SIZE ${GROUP}, KV_METADATA {run: 'r1'}`);
  found = await readFooter(made);
});

afterAll(() => room.close());

describe('a slice of a Parquet file', () => {
  it('has the rows of its row groups, in order, whichever they are', async () => {
    const groups = found.rowGroups.length;
    expect(groups).toBe(10);
    const range = fc.tuple(fc.nat(groups), fc.nat(groups));
    await fc.assert(
      fc.asyncProperty(range, async ([a, b]) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const slice = sliceFooter(found, { start, end });
        const path = await room.write(made, slice);
        const wanted = Math.min(end * GROUP, ROWS) - Math.min(start * GROUP, ROWS);
        expect(slice.rows).toBe(wanted);
        const all = `SELECT * FROM read_parquet('${made.path}') LIMIT ${wanted} OFFSET ${start * GROUP}`;
        expect(await room.select('SELECT * FROM FILE', path)).toEqual(await room.select(all));
      }),
      { numRuns: 12 },
    );
  });

  it('is as long as its row groups, and says what there is to copy', async () => {
    const slice = sliceFooter(found, { start: 8, end: 9 });
    const bytes = found.rowGroups[8]!.bytes;
    expect(slice.copyBytes).toBe(bytes + 100);
    expect(slice.copies).toEqual([
      { from: { offset: found.rowGroups[8]!.ranges[0]!.offset, length: bytes + 100 }, at: 4 },
    ]);
    const written = await readFile(await room.write(made, slice));
    expect(written).toHaveLength(slice.end.at + slice.end.bytes.length);
  });

  it('keeps schema, key-value metadata and statistics, but no page index or Bloom filter', async () => {
    const path = await room.write(made, sliceFooter(found, { start: 2, end: 4 }));
    const sliced = await readFooter(memorySource(await readFile(path), path));
    expect(sliced.columns).toEqual(found.columns);
    expect(sliced.keyValues).toEqual(new Map([['run', 'r1']]));
    expect(sliced.createdBy).toBe(found.createdBy);
    const metadata = `SELECT path_in_schema, stats_min_value, stats_max_value, bloom_filter_offset AS f
      FROM parquet_metadata('${path}') WHERE row_group_id = 1 AND path_in_schema IN ('i', 'few')`;
    const [i, few] = await room.select(metadata);
    expect(i).toEqual({
      ...{ path_in_schema: 'i', f: null },
      ...{ stats_min_value: String(3 * GROUP), stats_max_value: String(4 * GROUP - 1) },
    });
    expect(few).toMatchObject({ stats_min_value: '0', stats_max_value: '6', f: null });
    const original = `SELECT count(bloom_filter_offset) AS n FROM parquet_metadata('${made.path}')`;
    const [{ n } = { n: 0n }] = await room.select(original);
    expect(n).not.toBe(0n);
  });

  it('of no row groups has the types of the columns', async () => {
    const path = await room.write(made, sliceFooter(found, { start: 0, end: 0 }));
    expect(await room.select('DESCRIBE SELECT * FROM FILE', path)).toEqual(
      await room.select('DESCRIBE SELECT * FROM FILE', made.path),
    );
    expect(await room.select('SELECT count(*) AS n FROM FILE', path)).toEqual([{ n: 0n }]);
  });

  it('is made of files of other writers: dictionaries, nulls, decimals', async () => {
    const file = `${import.meta.dirname}/../../../fixtures/tables/parquet-row-groups/a.parquet`;
    const bytes = await readFile(file);
    const source = memorySource(bytes, 'a.parquet');
    const whole = await room.copy(bytes);
    const pyarrow = await readFooter(source);
    for (const [start, end] of [
      [0, 50],
      [7, 8],
      [20, 33],
      [49, 50],
    ] as const) {
      const path = await room.write(source, sliceFooter(pyarrow, { start, end }));
      const before = pyarrow.rowGroups.slice(0, start).reduce((sum, { rows }) => sum + rows, 0);
      const rows = pyarrow.rowGroups.slice(start, end).reduce((sum, g) => sum + g.rows, 0);
      expect(await room.select('SELECT * FROM FILE', path)).toEqual(
        await room.select(`SELECT * FROM FILE LIMIT ${rows} OFFSET ${before}`, whole),
      );
    }
  });

  it('leaves out what points outside of its row groups, and keeps what it does not know', async () => {
    const outside = { 4: integer(50), 5: i32(9), 6: integer(60), 7: i32(9) };
    const metadata = { 10: integer(4), 14: integer(70), 15: i32(9), 40: boolean(true) };
    const described = chunk(
      { ...metadata, 11: integer(0) },
      { ...outside, 2: integer(80), 98: i32(1) },
    );
    const group = struct({
      ...{ 1: list([described]), 2: integer(10), 3: integer(5), 5: integer(4), 7: i32(0) },
      99: integer(-3),
    });
    const file = await readFooter(fileOf(footer({ 4: list([group]), 5: list([]), 40: text('x') })));
    const { end } = sliceFooter(file, { start: 0, end: 1 });
    const kept = chunk({ 40: boolean(true) }, { 98: i32(1) });
    const expected = footer({
      4: list([struct({ 1: list([kept]), 2: integer(10), 3: integer(5), 99: integer(-3) })]),
      ...{ 5: list([]), 40: text('x') },
    });
    expect([...end.bytes.subarray(0, -8)]).toEqual(expected.bytes);
  });

  it('may have fifteen row groups and more', async () => {
    const groups = Array.from({ length: 20 }, (_, i) =>
      rowGroup([chunk({ 9: integer(4 + 10 * i) })]),
    );
    const source = fileOf(footer({ 3: integer(100), 4: list(groups) }), 200);
    const slice = sliceFooter(await readFooter(source), { start: 2, end: 19 });
    const path = await room.write(source, slice);
    const sliced = await readFooter(memorySource(await readFile(path), path));
    expect(sliced.rowGroups.map(({ ranges }) => ranges[0]!.offset)).toEqual(
      Array.from({ length: 17 }, (_, i) => 4 + 10 * i),
    );
  });

  it('leaves out row groups without rows, whose offsets point nowhere', async () => {
    const groups = [rowGroup([chunk({ 5: integer(0), 9: integer(0) })], 0), rowGroup([chunk()])];
    const mixed = await readFooter(fileOf(footer({ 4: list(groups) })));
    expect(sliceFooter(mixed, { start: 0, end: 1 })).toMatchObject({ rows: 0, copies: [] });
    expect(sliceFooter(mixed, { start: 0, end: 2 }).rows).toBe(5);
  });
});

describe('the ranges of a slice', () => {
  const at = (offset: number, length: number) =>
    chunk({ 7: integer(length), 9: integer(offset), 11: integer(0) });
  const MiB = 1024 * 1024;

  it('are joined across gaps of up to 1 MiB, never beyond the columns of the file', async () => {
    const places = [
      at(4 * MiB, 1000),
      at(4 * MiB + 1000, 1000),
      at(5 * MiB, 1000),
      at(8 * MiB, 50),
    ];
    const groups = places.map((place) => rowGroup([place]));
    const source = fileOf(footer({ 3: integer(20), 4: list(groups) }), 8 * MiB + 50);
    const spread = await readFooter(source);
    const { copies, end } = sliceFooter(spread, { start: 0, end: 4 });
    expect(copies).toEqual([
      { from: { offset: 4 * MiB, length: MiB + 1100 }, at: 4 },
      { from: { offset: 8 * MiB, length: 54 }, at: 4 * MiB + 4 },
    ]);
    expect(end.at).toBe(4 * MiB + 58);
  });

  it('are read in pieces, and written where the footer says', async () => {
    const bytes = 20 * MiB;
    const columns = [element(), element({ 4: text('y') })];
    const chunks = [at(4, bytes), at(4 + bytes, 7)];
    const changes = { 2: list([root(2), ...columns]), 4: list([rowGroup(chunks)]) };
    const file = fileOf(footer(changes), bytes + 7);
    const content = await file.read({ offset: 0, length: file.size });
    for (let i = 4; i < bytes + 11; i++) content[i] = i % 251;
    const source = memorySource(content, 'x.parquet');
    const parsed = await readFooter(source);
    const path = await room.write(source, sliceFooter(parsed, { start: 0, end: 1 }));
    const written = await readFile(path);
    expect(written.subarray(0, parsed.offset).equals(content.subarray(0, parsed.offset))).toBe(
      true,
    );
    const again = await readFooter(memorySource(written, path));
    expect(again.rowGroups[0]!.ranges).toEqual(parsed.rowGroups[0]!.ranges);
  });
});
