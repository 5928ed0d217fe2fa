import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AccessDeniedError, RequestError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { askedTable, type ShortTable } from '#support/tables/asked-table.ts';
import { type Objects, storeOf } from '#support/tables/plan-objects.ts';
import { parquetOf } from '#support/tables/table-content.ts';
import { chooseBatch } from '#tables/choose-batch.ts';

const RULES = { targetBytes: 1, maxAgeSeconds: 60, largeBytes: 10_000 };

/** Names of the objects that are taken in, and of those that are set aside. */
async function chosen(
  objects: Objects,
  short: ShortTable = {},
  store = storeOf(objects),
  provedBytes = 1e6,
) {
  const { source, schema, columns, onBadRow } = askedTable({ schema: { id: 'int' }, ...short });
  const listed = await Array.fromAsync(storeOf(objects).list('s3://b/'));
  const waiting = listed.map((pin) => ({ ...pin, arrivedAt: 0 }));
  const asked = { source, schema: schema!, columns, onBadRow };
  const batch = await chooseBatch(waiting, asked, {
    ...{ rules: RULES, store, now: 0, provedBytes },
  });
  const name = ({ uri }: { readonly uri: string }) => uri.slice('s3://b/'.length);
  return { taken: batch.pins.map(name), aside: batch.setAside.map(name), ...batch };
}

describe('chooseBatch', () => {
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

  it('fails where not the object is at fault', async () => {
    const objects = { 'a.csv': 'id\n1\n' };
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
