import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { IncompleteRunError, ManifestError } from '#core/errors.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { manifestHead, manifestText } from '#core/manifest/manifest-text.ts';
import { type ListedObject, proveChunks } from '#core/manifest/prove-chunks.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { chunkKey } from '#core/run/chunk-key.ts';
import type { ChunkRecord } from '#core/run/ledger-records.ts';
import { type PlannedChunk, plannedText } from '#core/run/planned-chunk.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { headerOf } from '#support/run-header.ts';

async function* each<T>(items: readonly T[]) {
  yield* items;
}

interface Accounts {
  plan: PlannedChunk[];
  ledger: ChunkRecord[];
  objects: ListedObject[];
}

/** Three accounts that agree: chunks of two rows, each holding the text of its number. */
function accountsOf(chunks: number): Accounts {
  const plan = Array.from({ length: chunks }, (_, index) => ({
    index,
    rowStart: index * 2,
    rowEnd: index * 2 + 2,
  }));
  const text = (index: number) => `${index},0\n`.repeat(2);
  const ledger = plan.map((chunk): ChunkRecord => {
    const bytes = text(chunk.index).length;
    const crc = crc32Hex(crc32(text(chunk.index)));
    const figures = {
      bytes,
      contentBytes: bytes,
      crc32: crc,
      etag: `e${chunk.index}`,
      counts: { nnz: 3 },
    };
    const planned = plannedText(chunk);
    return { index: chunk.index, planned, tries: 1, status: 'done', ...figures };
  });
  const objects = plan.map(({ index }) => ({
    key: chunkKey(header(chunks), index),
    size: text(index).length,
  }));
  return { plan, ledger, objects };
}

const header = (chunks: number) => headerOf({ rows: chunks * 2, nnz: chunks * 3, chunks });

async function prove(accounts: Accounts, chunks: number): Promise<string> {
  const entries = proveChunks(header(chunks), {
    plan: each(accounts.plan),
    ledger: each(accounts.ledger),
    objects: each(accounts.objects),
  });
  const text = manifestText(manifestHead(header(chunks)), entries, { totals: new TotalsBuilder() });
  return (await Array.fromAsync(text)).join('');
}

describe('proveChunks', () => {
  it('gives a manifest whose entries tile the rows and whose CRC-32 is that of the whole text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (chunks) => {
        const manifest = parseManifest(await prove(accountsOf(chunks), chunks));
        const whole = manifest.entries.map(({ index }) => `${index},0\n`.repeat(2)).join('');
        expect(manifest.totals).toEqual({
          chunks,
          rows: chunks * 2,
          counts: { nnz: chunks * 3 },
          bytes: whole.length,
          contentBytes: whole.length,
          crc32: crc32Hex(crc32(whole)),
        });
        expect(manifest.entries.map(({ rowStart }) => rowStart)).toEqual(
          manifest.entries.map((_, index) => index * 2),
        );
      }),
    );
  });

  it('writes entries that Redshift reads', async () => {
    const manifest = parseManifest(await prove(accountsOf(1), 1));
    expect(manifest.entries[0]).toEqual({
      url: 's3://bucket/out/data/chunk-000000.csv',
      mandatory: true,
      meta: { content_length: 8, record_count: 2 },
      index: 0,
      rowStart: 0,
      rowEnd: 2,
      counts: { nnz: 3 },
      contentBytes: 8,
      crc32: expect.stringMatching(/^[0-9a-f]{8}$/),
      etag: 'e0',
    });
  });

  const faults: readonly [string, RegExp, (accounts: Accounts) => unknown][] = [
    [
      'a chunk that was never started',
      /chunk 1 was never started/,
      ({ ledger }) => ledger.splice(1, 1),
    ],
    [
      'a chunk that failed',
      /chunk 2 is failed/,
      ({ ledger }) => ledger.splice(2, 1, { ...ledger[2]!, status: 'failed' }),
    ],
    [
      'a chunk still running',
      /chunk 0 is running/,
      ({ ledger }) => ledger.splice(0, 1, { ...ledger[0]!, status: 'running' }),
    ],
    [
      'a chunk written for other rows',
      /written for rows 0 to 3, planned are rows 0 to 2/,
      ({ ledger }) => {
        const planned = plannedText({ index: 0, rowStart: 0, rowEnd: 3 });
        ledger.splice(0, 1, { ...ledger[0]!, planned });
      },
    ],
    ['a missing object', /the object of chunk 1 is missing/, ({ objects }) => objects.splice(1, 1)],
    [
      'an object of another size',
      /the object of chunk 3 has 1 bytes, the ledger says 8/,
      ({ objects }) => objects.splice(3, 1, { ...objects[3]!, size: 1 }),
    ],
    [
      'a foreign object among the chunks',
      /out\/data\/chunk-000001\.csv\.bak is not an object of this run/,
      ({ objects }) => objects.splice(2, 0, { key: 'out/data/chunk-000001.csv.bak', size: 1 }),
    ],
    [
      'a foreign object after the chunks',
      /out\/data\/x is not an object of this run/,
      ({ objects }) => objects.push({ key: 'out/data/x', size: 1 }),
    ],
    [
      'a chunk in the ledger that is not planned',
      /chunk 4 is not planned/,
      ({ ledger }) => ledger.push({ ...ledger[3]!, index: 4 }),
    ],
    ['a plan that ends early', /the plan ends at row 6 of 8/, ({ plan }) => plan.pop()],
    ['a plan with a gap', /the plan has a gap before chunk 2/, ({ plan }) => plan.splice(1, 1)],
    [
      'entries that were not all written',
      /the chunks hold 11 of nnz, the source 12/,
      ({ ledger }) =>
        ledger.splice(1, 1, { ...(ledger[1] as ChunkRecord), counts: { nnz: 2 } } as ChunkRecord),
    ],
  ];

  it.each(faults)('fails on %s', async (_, message, spoil) => {
    const accounts = accountsOf(4);
    spoil(accounts);
    const proof = prove(accounts, 4);
    await expect(proof).rejects.toThrow(IncompleteRunError);
    await expect(proof).rejects.toThrow(message);
  });

  it('fails with the first problems and the number of the others', async () => {
    const accounts = accountsOf(9);
    accounts.ledger.length = 0;
    await expect(prove(accounts, 9)).rejects.toThrow(/chunk 4 was never started; and 4 more$/);
  });
});

describe('proveChunks of an appended run', () => {
  const base = { chunks: 3, rows: 10, since: 1 };
  const run = { ...header(2), generation: 3, base };

  /** Accounts of chunks 3 and 4, whose rows the source counts from 0. */
  function appended(): Accounts {
    const { plan, ledger, objects } = accountsOf(2);
    const move = <T extends { readonly index: number }>(item: T) => ({
      ...item,
      index: item.index + base.chunks,
    });
    return {
      plan: plan.map(move),
      ledger: ledger.map(move).map((record, at) => ({
        ...record,
        planned: plannedText(move(plan[at]!)),
      })),
      objects: objects.map(({ size }, index) => ({
        key: chunkKey(run, base.chunks + index),
        size,
      })),
    };
  }

  const proofOf = ({ plan, ledger, objects }: Accounts) =>
    Array.fromAsync(
      proveChunks(run, { plan: each(plan), ledger: each(ledger), objects: each(objects) }),
    );

  it('goes on with the chunk ids and rows of its base', async () => {
    const entries = await proofOf(appended());
    expect(entries.map(({ index, rowStart, rowEnd }) => [index, rowStart, rowEnd])).toEqual([
      [3, 10, 12],
      [4, 12, 14],
    ]);
    expect(entries.map(({ url }) => url)).toEqual([
      's3://bucket/out/data/chunk-000003.csv',
      's3://bucket/out/data/chunk-000004.csv',
    ]);
  });

  it('counts no header line among its records, wherever the base has it', async () => {
    const { plan, ledger, objects } = appended();
    const dialect = { ...PLAIN_CSV.dialect, header: 'first-chunk' as const };
    const output = { ...PLAIN_CSV, dialect };
    const evidence = { plan: each(plan), ledger: each(ledger), objects: each(objects) };
    const entries = await Array.fromAsync(proveChunks({ ...run, output }, evidence));
    expect(entries.map(({ meta }) => meta.record_count)).toEqual([2, 2]);
  });

  it('fails on a plan that begins elsewhere, and on chunks that are missing', async () => {
    const late = appended();
    late.plan.shift();
    await expect(proofOf(late)).rejects.toThrow(/gap before chunk 4.*1 of 2 chunks/);
  });
});

describe('parseManifest', () => {
  it.each([
    ['{', /not JSON/],
    ['{"version": 3}', /is of version 3, this program reads version 7/],
    ['{"version": 7}', /not of version 7/],
  ])('fails on %s', (text, message) => {
    expect(() => parseManifest(text)).toThrow(ManifestError);
    expect(() => parseManifest(text)).toThrow(message);
  });
});
