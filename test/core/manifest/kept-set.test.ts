import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listedRuns, runsBefore, runsOfSet } from '#core/manifest/earlier.ts';
import { assertPublished, baseOf, sinceOf } from '#core/manifest/generations.ts';
import { dividedEntries, folderOfEntry, inPartitions, keptSet } from '#core/manifest/kept-set.ts';
import type { Generation, ManifestEntry } from '#core/manifest/manifest.ts';
import { type CountedRun, manifestHead } from '#core/manifest/manifest-text.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';
import { each } from '#support/growing-output.ts';

const RUN: CountedRun = {
  runId: '1'.repeat(32),
  source: { uri: 's3://raw/t/', etag: 'abc', versionId: null, size: 30 },
  facts: {
    ...{ kind: 'table', format: 'csv', objects: 3, bytes: 30, columns: 2 },
    ...{ schema: '0'.repeat(32), engine: 'duckdb-1.5.6' },
  },
  output: {
    kind: 'table',
    file: { format: 'parquet', compression: 'zstd', rowGroupBytes: 1 },
    partitionBy: ['day'],
  },
  location: { bucket: 'lake', prefix: 'out/' },
  ...{ generation: 1, base: EMPTY_BASE, chunks: 3, rows: 9 },
};

function entry(index: number, day: string | null, rowStart: number, rows: number): ManifestEntry {
  return {
    url: `s3://lake/out/data/${index}`,
    mandatory: true,
    meta: { content_length: 9, record_count: rows },
    ...{ index, rowStart, rowEnd: rowStart + rows, counts: {}, contentBytes: 9 },
    ...{ crc32: '0000002a', etag: 'e', partition: { day }, within: { start: 0, end: rows } },
  };
}

const ENTRIES = [entry(0, '1', 0, 2), entry(1, '2', 2, 3), entry(2, null, 5, 4)];
const second: CountedRun = {
  ...{ ...RUN, runId: '2'.repeat(32), generation: 2, chunks: 1, rows: 5 },
  base: { chunks: 3, rows: 9, since: 1 },
};
const link = (generation: number) => ({ generation, bytes: 9, crc32: '0000002a' });
const headOfSecond = manifestHead(second, { head: manifestHead(RUN), link: link(1) });
const ALL = [...ENTRIES, entry(3, '1', 9, 5)];
const runs = { generations: headOfSecond.generations, replaced: [] };
const replacing = (...folders: string[]) => inPartitions(RUN.output, new Set(folders));

/** Partitions 1 and 7, of 4 rows each, in place of the set of {@link ALL}. */
async function third() {
  const kept = await keptSet(runs, each(ALL), replacing('day=1/', 'day=7/'));
  const base = { chunks: kept.chunks, rows: kept.rows, since: 3, replaces: 'partitions' as const };
  const run = { ...RUN, runId: '3'.repeat(32), generation: 3, base, chunks: 2, rows: 8 };
  const head = manifestHead(run, { head: headOfSecond, link: link(2), kept });
  return { kept, run, head };
}

describe('a set some of whose partitions are replaced', () => {
  it('keeps the others, in their order, with the places that they then have', async () => {
    const divided = await Array.fromAsync(dividedEntries(runs, each(ALL), replacing('day=1/')));
    expect(divided.map(({ addedBy, isKept }) => [addedBy, isKept])).toEqual([
      [1, false],
      [1, true],
      [1, true],
      [2, false],
    ]);
    expect(divided[2]!.entry).toEqual({ ...ALL[2]!, index: 1, rowStart: 3, rowEnd: 7 });
    expect(divided[3]!.entry).toBe(ALL[3]);
  });

  it('names the runs of which rows stay, how many are gone, and those that are gone', async () => {
    const { kept, head } = await third();
    expect(kept).toMatchObject({ chunks: 2, rows: 7 });
    expect(
      head.generations.map(({ rowStart, rowEnd, chunks, gone }) => [
        rowStart,
        rowEnd,
        chunks,
        gone,
      ]),
    ).toEqual([
      [0, 7, 2, { chunks: 1, rows: 2 }],
      [7, 15, 2, undefined],
    ]);
    expect(head.replaced).toEqual([{ generation: 2, runId: second.runId }]);
    expect(head).toMatchObject({ since: 3, facts: { objects: 6, bytes: 60 } });
    expect(baseOf(head)).toEqual({ chunks: 4, rows: 15, since: 3 });
    assertPublished(
      { ...head.generations[0]!, read: { onBadRow: 'fail' } as Generation['read'] },
      { rows: 9 },
    );
  });

  it('adds up what is gone, and goes on in its folder', async () => {
    const { head, run } = await third();
    const own = [ENTRIES[1]!, ENTRIES[2]!, entry(2, '1', 7, 4), entry(3, '7', 11, 4)];
    const kept = await keptSet(runsOfSet(head, []), each(own), replacing('day=2/'));
    expect(kept.generations.map(({ gone }) => gone)).toEqual([{ chunks: 2, rows: 5 }, undefined]);
    expect(kept.replaced).toEqual(head.replaced);
    const base = baseOf(head);
    const appended = { ...run, runId: '4'.repeat(32), generation: 4, base, chunks: 1, rows: 1 };
    const after = manifestHead(appended, { head, link: link(3) });
    expect([after.since, sinceOf(after)]).toEqual([3, 3]);
    const overwriting = { ...appended, base: { ...EMPTY_BASE, since: 4 } };
    const over = manifestHead(overwriting, { head, link: link(3) });
    expect(over.since).toBeUndefined();
    expect(over.replaced?.map(({ generation }) => generation)).toEqual([2, 1, 3]);
  });

  it('lists itself what the manifests that were linked list', async () => {
    const totals = { chunks: 3, rows: 9, counts: {}, bytes: 1, contentBytes: 1, crc32: '00000000' };
    const linking = manifestHead(second, { head: manifestHead(RUN), link: link(1), totals });
    const all = runsOfSet(linking, [manifestHead(RUN)]);
    expect(all).toEqual(runs);
    expect(await listedRuns(linking, async (links) => links.map(() => manifestHead(RUN)))).toEqual({
      ...all,
      replaced: [],
    });
    const kept = await keptSet(all, each(ALL), replacing('day=9/'));
    const run = { ...RUN, generation: 3, base: { ...EMPTY_BASE, since: 3 } };
    const before = runsBefore(run, { head: linking, link: link(2), kept });
    expect(before).toEqual({ ...runs, earlier: [], earlierReplaced: [] });
  });

  it('is that of a set of those entries alone, for any entries and partitions', async () => {
    const days = fc.array(fc.constantFrom('1', '2', '3', null), { minLength: 1, maxLength: 12 });
    const gone = fc.subarray(['day=1/', 'day=2/', 'day=3/', 'day=__HIVE_DEFAULT_PARTITION__/']);
    await fc.assert(
      fc.asyncProperty(days, gone, fc.nat(11), async (all, folders, cut) => {
        const entries = all.map((day, at) => entry(at, day, at * 2, 2));
        const first = Math.min(cut, all.length);
        const generations = [first, all.length - first].map((chunks, at) => ({
          ...runs.generations[at]!,
          ...{ chunks, rowStart: at * first * 2, rowEnd: (at * (all.length - first) + first) * 2 },
        }));
        const isReplaced = replacing(...folders);
        const kept = await keptSet({ generations, replaced: [] }, each(entries), isReplaced);
        const stay = entries.filter((each) => !folders.includes(folderOfEntry(['day'], each)));
        expect([kept.chunks, kept.rows]).toEqual([stay.length, stay.length * 2]);
        const divided = await Array.fromAsync(
          dividedEntries({ generations }, each(entries), isReplaced),
        );
        expect(divided.filter(({ isKept }) => isKept).map(({ entry: { url } }) => url)).toEqual(
          stay.map(({ url }) => url),
        );
        const sums = kept.generations.reduce((sum, { chunks }) => sum + chunks, 0);
        expect(sums).toBe(stay.length);
        expect(kept.generations.length + kept.replaced.length).toBe(2);
      }),
    );
  });
});
