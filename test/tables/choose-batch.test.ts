import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  AccessDeniedError,
  BoundExceededError,
  CorruptSourceError,
  type FanoutError,
  RequestError,
  TransformError,
} from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { type Objects, storeOf } from '#support/tables/plan-objects.ts';
import { parquetOf } from '#support/tables/table-content.ts';
import { BatchChooser } from '#tables/choose-batch.ts';

const RULES = { targetBytes: 1, maxAgeSeconds: 60, largeBytes: 10_000 };

const nameOf = ({ uri }: { readonly uri: string }) => uri.slice('s3://b/'.length);

/** Chooses among objects that all have waited. */
async function chooserOf(
  objects: Objects,
  short: ShortTable = {},
  store = storeOf(objects),
  provedBytes = 1e6,
) {
  const { source, schema, columns, onBadRow } = askedTable({ schema: { id: 'int' }, ...short });
  const listed = await Array.fromAsync(storeOf(objects).list('s3://b/'));
  const waiting = listed.map((pin) => ({ ...pin, arrivedAt: 0 }));
  const asked = { source, schema: schema!, columns, onBadRow };
  const options = { rules: RULES, store, now: 0, provedBytes };
  return new BatchChooser(waiting, asked, options);
}

/** Names of the objects that are taken in, and of those that are set aside. */
async function chosen(...given: Parameters<typeof chooserOf>) {
  const chooser = await chooserOf(...given);
  const batch = await chooser.choose();
  return { taken: batch.pins.map(nameOf), aside: batch.setAside.map(nameOf), ...batch };
}

describe('a chosen batch', () => {
  it('takes in tables of each format, also empty and compressed ones', async () => {
    const texts = { 'a.csv': 'id\n1\n', 'b.csv': '', 'c.csv.gz': gzipSync('id\n2\n') };
    expect(await chosen(texts)).toMatchObject({ taken: ['a.csv', 'b.csv', 'c.csv.gz'], aside: [] });
    const files = { 'a.parquet': await parquetOf('SELECT 1 AS id') };
    expect(await chosen(files)).toMatchObject({ taken: ['a.parquet'], aside: [] });
  });

  it('sets aside what lacks columns, is damaged, or is nothing that is read', async () => {
    const objects = {
      'a.csv': 'other\n1\n',
      'b.csv.gz': gzipSync('id\n2\n').subarray(0, -1),
      'c.parquet': await parquetOf('SELECT 1 AS other'),
      'd.parquet': 'PAR1 and no more',
      'e.zip': 'PK',
      'f.csv': 'id\n1,2\n',
      'g.csv': 'id\n3\n',
    };
    const { taken, aside, setAside } = await chosen(objects);
    expect(taken).toEqual(['g.csv']);
    expect(aside).toEqual(['a.csv', 'b.csv.gz', 'c.parquet', 'd.parquet', 'e.zip', 'f.csv']);
    for (const { uri, problem } of setAside) expect(problem).toContain(uri);
  });

  it('leaves objects of another header or other folders for a batch of their own', async () => {
    const schema = { id: 'int', n: 'int' };
    const objects = { '1.csv': 'id,n\n1,2\n', '2.csv': 'n,id\n3,4\n', '3.csv': 'id,n\n5,6\n' };
    expect(await chosen(objects, { schema })).toMatchObject({ taken: ['1.csv', '3.csv'] });
    expect(await chosen(objects, { schema, byName: true })).toMatchObject({
      ...{ taken: ['1.csv', '2.csv', '3.csv'], aside: [] },
    });
    const folders = { 'n=1/a.csv': 'id\n1\n', 'z.csv': 'id,n\n1,2\n' };
    expect(await chosen(folders, { schema })).toMatchObject({ taken: ['n=1/a.csv'], aside: [] });
  });

  it('proves texts as long as there is time, and then looks at their heads', async () => {
    const bad = `id\n${'1\n'.repeat(50_000)}"`;
    expect(await chosen({ 'a.csv': bad })).toMatchObject({ aside: ['a.csv'] });
    const objects = { 'a.csv': 'id\n1\n', 'b.csv': bad };
    expect(await chosen(objects, {}, storeOf(objects), 1000)).toMatchObject({
      ...{ taken: ['a.csv', 'b.csv'], aside: [] },
    });
  });

  it('sets aside what may not be read', async () => {
    const objects = { 'a.csv': 'id\n1\n', 'b.csv': 'id\n2\n', 'c.csv': 'id\n3\n' };
    const { pin, ...store } = storeOf(objects);
    const denied: ObjectStore = {
      ...store,
      pin: async (uri) => {
        if (uri.endsWith('a.csv')) return await pin(uri);
        throw new AccessDeniedError(`may not read ${uri}`);
      },
    };
    expect(await chosen(objects, {}, denied)).toMatchObject({
      ...{ taken: ['a.csv'], aside: ['b.csv', 'c.csv'] },
      setAside: [{ problem: 'may not read s3://b/b.csv' }, {}],
    });
  });

  it('fails where not the object is at fault', async () => {
    const objects = { 'a.csv': 'id\n1\n', 'b.csv': 'id\n2\n' };
    const denied: ObjectStore = {
      ...storeOf(objects),
      pin: () => Promise.reject(new AccessDeniedError('the role may not read it')),
    };
    await expect(chosen(objects, {}, denied)).rejects.toThrow(AccessDeniedError);
    const columns = { id: { from: ['a', 'b'] } };
    const asked = { columns } as ShortTable;
    await expect(chosen({ 'a.jsonl': '{"a":1}\n' }, asked)).rejects.toThrow(RequestError);
  });
});

/** Lets the planning of batches fail with an error until one can be planned. */
async function leftOut(fails: (names: readonly string[]) => FanoutError | undefined, count = 9) {
  const names = Array.from({ length: count }, (_, at) => `${at}.csv`);
  const objects = Object.fromEntries(names.map((name) => [name, 'id\n1\n']));
  const chooser = await chooserOf(objects);
  for (let plans = 1; ; plans += 1) {
    const batch = await chooser.choose();
    const taken = batch.pins.map(nameOf);
    const error = fails(taken);
    if (error === undefined) return { taken, aside: batch.setAside.map(nameOf), plans };
    if (!chooser.leaveOut(error)) throw error;
  }
}

describe('an object that cannot be planned', () => {
  it('is left out where the error carries it', async () => {
    const bad = (names: readonly string[]) => {
      if (!names.includes('4.csv')) return undefined;
      const error = new BoundExceededError('too many bad values');
      error.object = 's3://b/4.csv';
      return error;
    };
    expect(await leftOut(bad)).toEqual({
      ...{ taken: [0, 1, 2, 3, 5, 6, 7, 8].map((at) => `${at}.csv`), aside: ['4.csv'], plans: 2 },
    });
  });

  it('is found by ever smaller batches where nothing names it', async () => {
    const bad = (names: readonly string[]) =>
      names.includes('0.csv') ? new CorruptSourceError('pages') : undefined;
    expect(await leftOut(bad)).toEqual({ taken: ['1.csv'], aside: ['0.csv'], plans: 5 });
    const other = (names: readonly string[]) =>
      names.includes('4.csv') ? new TransformError('a cast') : undefined;
    expect(await leftOut(other)).toMatchObject({ taken: ['0.csv', '1.csv', '2.csv', '3.csv'] });
  });

  it('fails the tick where all do, or where the error is none of an object', async () => {
    const all = (names: readonly string[]) =>
      names.length > 0 ? new TransformError('a cast') : undefined;
    await expect(leftOut(all)).rejects.toThrow('a cast');
    await expect(leftOut(all, 2)).rejects.toThrow('a cast');
    await expect(leftOut(() => new RequestError(['no SQL']))).rejects.toThrow('no SQL');
  });
});
