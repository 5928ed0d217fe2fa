import { describe, expect, it } from 'vitest';
import { CorruptSourceError, SourceNotFoundError, UnsupportedSourceError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { AskedTableSource } from '#core/tables/run/asked-table.ts';
import { listTable, tablePin } from '#core/tables/run/list-table.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';

function asked(uris: string[], more: Partial<AskedTableSource> = {}): AskedTableSource {
  return { uris, csv: csvFormatSection.parse({}), byName: false, ...more };
}

function storeOf(...names: string[]): ObjectStore {
  const objects = names.map((name) => [`s3://b/${name}`, Buffer.from(name)] as const);
  return memoryObjectStore(Object.fromEntries(objects));
}

async function urisOf(source: AskedTableSource, store: ObjectStore): Promise<string[]> {
  const objects = await listTable(source, store);
  return objects.pins(0, objects.count).map(({ uri }) => uri);
}

describe('listTable', () => {
  it('lists objects as they are asked for and folders by their keys', async () => {
    const store = storeOf('t/2.csv', 't/1.csv.gz', 't/_SUCCESS', 't/part-0', 'z.csv');
    const uris = ['s3://b/z.csv', 's3://b/t/'];
    expect(await urisOf(asked(uris), store)).toEqual(
      ['z.csv', 't/1.csv.gz', 't/2.csv', 't/part-0'].map((name) => `s3://b/${name}`),
    );
  });

  it('pins the version that is asked for', async () => {
    const pin = async (uri: string, versionId: string | null = null) => {
      return { uri, etag: 'e', versionId, size: 1 };
    };
    const versioned = { ...storeOf(), pin };
    const objects = await listTable(asked(['s3://b/a.csv'], { versionId: 'v7' }), versioned);
    expect(objects.pins(0, 1)[0]?.versionId).toBe('v7');
  });

  it('fails on names of two formats, unless the format is asked for', async () => {
    const store = storeOf('t/1.csv', 't/2.parquet');
    const listing = listTable(asked(['s3://b/t/']), store);
    await expect(listing).rejects.toThrow(UnsupportedSourceError);
    await expect(listing).rejects.toThrow(
      's3://b/t/2.parquet is parquet by its name, but s3://b/t/1.csv is csv',
    );
    expect(await urisOf(asked(['s3://b/t/'], { format: 'csv' }), store)).toHaveLength(2);
  });

  it('fails on keys with other columns', async () => {
    const store = storeOf('t/a=1/1.csv', 't/a=2/2.csv', 't/b=1/3.csv');
    const listing = listTable(asked(['s3://b/t/']), store);
    await expect(listing).rejects.toThrow(CorruptSourceError);
    await expect(listing).rejects.toThrow('s3://b/t/b=1/3.csv has the columns b in its folders');
  });

  it('fails on a name of what is not read, and on what is not there', async () => {
    const store = storeOf('t/1.orc');
    await expect(listTable(asked(['s3://b/t/']), store)).rejects.toThrow('is ORC by its name');
    await expect(listTable(asked(['s3://b/u/']), store)).rejects.toThrow(SourceNotFoundError);
  });
});

describe('tablePin', () => {
  it('is that of the only object', async () => {
    const store = storeOf('t/1.csv');
    const source = asked(['s3://b/t/']);
    const pin = await tablePin(source, await listTable(source, store));
    expect(pin).toEqual(await store.pin('s3://b/t/1.csv'));
  });

  it('holds the digest and the size of several objects', async () => {
    const store = storeOf('t/1.csv', 'u/10.csv');
    const source = asked(['s3://b/t/', 's3://b/u/10.csv']);
    const objects = await listTable(source, store);
    expect(await tablePin(source, objects)).toEqual({
      uri: 's3://b/t/',
      etag: await objects.digest(),
      versionId: null,
      size: 't/1.csvu/10.csv'.length,
    });
  });
});
