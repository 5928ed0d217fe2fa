import { describe, expect, it } from 'vitest';
import { ManifestError } from '#core/errors.ts';
import type { ManifestEntry } from '#core/manifest/manifest.ts';
import { manifestHead, manifestText, readManifest } from '#core/manifest/manifest-text.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { headerOf } from '#support/run-header.ts';

const head = manifestHead(headerOf({ rows: 6, nnz: 9, chunks: 3 }));

function entry(index: number): ManifestEntry {
  return {
    url: `s3://bucket/out/data/chunk-00000${index}.csv`,
    mandatory: true,
    meta: { content_length: 8, record_count: 2 },
    ...{ index, rowStart: index * 2, rowEnd: index * 2 + 2, contentBytes: 8 },
    counts: { nnz: 3 },
    crc32: '0000002a',
    etag: 'e',
  };
}

async function textOf(entries: readonly ManifestEntry[]): Promise<string> {
  const listed = async function* () {
    yield* entries;
  };
  const pieces = manifestText(head, listed(), { totals: new TotalsBuilder() });
  return (await Array.fromAsync(pieces)).join('');
}

async function* linesOf(text: string) {
  yield* text.split('\n');
}

async function read(text: string) {
  const { head: found, entries } = await readManifest(linesOf(text));
  return { head: found, entries: await Array.fromAsync(entries) };
}

describe('readManifest', () => {
  it('reads what manifestText wrote, and writes it again byte for byte', async () => {
    const entries = [entry(0), entry(1), entry(2)];
    const text = await textOf(entries);
    const found = await read(text);
    expect(found).toEqual({ head: JSON.parse(JSON.stringify(head)), entries });
    expect(await textOf(found.entries)).toBe(text);
  });

  it('keeps fields of an entry that it does not know', async () => {
    const strange = { ...entry(0), colour: 'red' };
    expect((await read(await textOf([strange]))).entries).toEqual([strange]);
  });

  it.each([
    ['is empty', ''],
    ['is laid out otherwise', JSON.stringify(JSON.parse('{"entries":[]}'), null, 2)],
  ])('fails on a text that %s', async (_, text) => {
    await expect(read(text)).rejects.toThrow(ManifestError);
    await expect(read(text)).rejects.toThrow(/no first line that ends where its entries begin/);
  });

  it('fails on a head of a later version', async () => {
    const text = (await textOf([entry(0)])).replace('"version":7', '"version":8');
    await expect(read(text)).rejects.toThrow(/is of version 8, this program reads version 7/);
  });

  it('fails on a line that is no entry, and on a text that breaks off', async () => {
    const lines = (await textOf([entry(0), entry(1)])).split('\n');
    const spoiled = lines.with(1, '{"url":5},').join('\n');
    await expect(read(spoiled)).rejects.toThrow(/not of version 7: url/);
    const short = lines.slice(0, 2).join('\n');
    await expect(read(short)).rejects.toThrow(/breaks off within its entries/);
  });
});
