import { describe, expect, it } from 'vitest';
import { OutputConflictError } from '#core/errors.ts';
import type { EarlierManifest, ManifestHead } from '#core/manifest/manifest.ts';
import { manifestHead } from '#core/manifest/manifest-text.ts';
import { claimText, isClaimedBy, type OutputRecords, placeRun } from '#core/manifest/place-run.ts';
import { headerOf } from '#support/run-header.ts';

const first = headerOf({ rows: 10, nnz: 7, chunks: 3 });
const firstHead = manifestHead(first);
const link = { generation: 1, bytes: 9, crc32: '0000002a' };
const second = {
  ...first,
  runId: 'b'.repeat(32),
  generation: 2,
  base: { chunks: 3, rows: 10, since: 1 },
};
const secondHead = manifestHead(second, { head: firstHead, link });
const own = { chunks: 0, rows: 0, since: 3 };
const third = { ...first, runId: 'd'.repeat(32), generation: 3, base: own };
const thirdHead = manifestHead(third, { head: secondHead, link: { ...link, generation: 2 } });

/** An output in memory that counts what it is asked. */
class MemoryRecords implements OutputRecords {
  readonly asked: (string | number)[] = [];
  readonly #latest: ManifestHead | undefined;
  readonly #claims: Readonly<Record<number, string>>;
  readonly #earlier: Readonly<Record<number, ManifestHead>>;

  constructor(
    latest?: ManifestHead,
    claims: Readonly<Record<number, string>> = {},
    earlier: Readonly<Record<number, ManifestHead>> = {},
  ) {
    this.#latest = latest;
    this.#claims = claims;
    this.#earlier = earlier;
  }

  async latest() {
    this.asked.push('latest');
    return this.#latest;
  }

  async earlier(links: readonly EarlierManifest[]) {
    return links.map(({ generation }) => this.#earlier[generation]!);
  }

  async claim(generation: number) {
    this.asked.push(generation);
    return this.#claims[generation];
  }
}

const { location, output } = first;
type Placed = Parameters<typeof placeRun>[0];

const alone: Placed = { runId: 'c'.repeat(32), location, mode: 'create', output };
const batch: Placed = { ...alone, mode: 'append' };
const overwrite: Placed = { ...alone, mode: 'overwrite' };

const BEGIN = { generation: 1, base: { chunks: 0, rows: 0, since: 1 }, set: undefined };

async function expectConflict(run: Placed, records: OutputRecords, message: string) {
  const placing = placeRun(run, records);
  await expect(placing).rejects.toThrow(OutputConflictError);
  await expect(placing).rejects.toThrow(message);
}

describe('placeRun', () => {
  it.each([
    ['alone', alone],
    ['as a batch', batch],
  ])('begins an output that is empty, %s', async (_, run) => {
    const records = new MemoryRecords();
    expect(await placeRun(run, records)).toEqual(BEGIN);
    expect(records.asked).toEqual(['latest', 1]);
  });

  it.each([
    ['alone', alone],
    ['as a batch', batch],
  ])('goes on with a first generation that it claimed before, %s', async (_, run) => {
    const records = new MemoryRecords(undefined, { 1: claimText({ runId: run.runId }) });
    expect(await placeRun(run, records)).toEqual(BEGIN);
  });

  it('finds that a run alone is complete by its claim', async () => {
    const records = new MemoryRecords(firstHead, { 1: claimText({ runId: first.runId }) });
    const published = firstHead.generations[0];
    expect(await placeRun({ ...alone, runId: first.runId }, records)).toEqual({ published });
  });

  it('finds a batch in its output by the manifest, whichever generation it is', async () => {
    for (const { runId } of [first, second]) {
      const records = new MemoryRecords(secondHead);
      const published = secondHead.generations.find((each) => each.runId === runId);
      expect(published).toBeDefined();
      expect(await placeRun({ ...batch, runId }, records)).toEqual({ published });
      expect(records.asked).toEqual(['latest']);
    }
  });

  it('puts a batch after all that is there', async () => {
    const records = new MemoryRecords(firstHead);
    expect(await placeRun(batch, records)).toEqual({
      ...{ generation: 2, base: { chunks: 3, rows: 10, since: 1 }, set: firstHead },
    });
    expect(records.asked).toEqual(['latest', 2]);
    expect(await placeRun(batch, new MemoryRecords(secondHead))).toEqual({
      ...{ generation: 3, base: { chunks: 6, rows: 20, since: 1 }, set: secondHead },
    });
  });

  it('puts a run that overwrites after all that is there, with chunks of its own', async () => {
    const records = new MemoryRecords(secondHead);
    expect(await placeRun(overwrite, records)).toEqual({
      ...{ generation: 3, base: { chunks: 0, rows: 0, since: 3 }, set: undefined },
    });
    expect(records.asked).toEqual(['latest', 3]);
    expect(await placeRun(overwrite, new MemoryRecords())).toEqual(BEGIN);
    const claimed = new MemoryRecords(secondHead, { 3: claimText({ runId: first.runId }) });
    await expectConflict(overwrite, claimed, 'generation 3 of s3://bucket/out/ is being written');
  });

  it('lets a run overwrite rows of another kind', async () => {
    const wider = { ...output, compression: 'gzip' } as const;
    const placed = placeRun({ ...overwrite, output: wider }, new MemoryRecords(firstHead));
    expect(await placed).toMatchObject({ generation: 2 });
  });

  it('puts a batch after rows that have overwritten others', async () => {
    expect(await placeRun(batch, new MemoryRecords(thirdHead))).toEqual({
      ...{ generation: 4, base: { chunks: 3, rows: 10, since: 3 }, set: thirdHead },
    });
    expect(
      await placeRun({ ...overwrite, runId: third.runId }, new MemoryRecords(thirdHead)),
    ).toEqual({ published: thirdHead.generations[0] });
  });

  it.each(['create', 'append', 'overwrite'] as const)(
    'does not bring back rows that were overwritten: %s',
    async (mode) => {
      const records = new MemoryRecords(thirdHead, { 1: claimText({ runId: first.runId }) });
      const again = { ...alone, mode, runId: first.runId };
      const message = `run ${first.runId} was generation 1 of s3://bucket/out/, whose rows generation 3 has replaced since`;
      await expectConflict(again, records, message);
    },
  );

  it('goes on with a generation that the batch claimed before', async () => {
    const records = new MemoryRecords(firstHead, { 2: claimText({ runId: batch.runId }) });
    expect(await placeRun(batch, records)).toMatchObject({ generation: 2 });
  });

  it('fails alone where another run is, complete or not', async () => {
    const claims = { 1: claimText({ runId: first.runId }) };
    const message = `s3://bucket/out/ belongs to another run ({"runId":"${first.runId}"}); this is run ${alone.runId}: choose another output.uri, say output.mode "append" to add these rows to that output or "overwrite" to replace its rows, or remove `;
    await expectConflict(alone, new MemoryRecords(undefined, claims), message);
    await expectConflict(alone, new MemoryRecords(firstHead, claims), message);
  });

  it('fails as a batch while another run writes the same generation', async () => {
    const message = (generation: number) =>
      `generation ${generation} of s3://bucket/out/ is being written by another run ({"runId":"x"}), so run ${batch.runId} has to wait: `;
    const claims = { 1: claimText({ runId: 'x' }), 2: claimText({ runId: 'x' }) };
    await expectConflict(batch, new MemoryRecords(undefined, claims), message(1));
    await expectConflict(batch, new MemoryRecords(firstHead, claims), message(2));
  });

  it('fails as a batch that is written otherwise', async () => {
    const other = { ...batch, output: { ...output, compression: 'gzip' as const } };
    await expectConflict(
      other,
      new MemoryRecords(firstHead),
      'rows cannot be appended to s3://bucket/out/: output.compression is "gzip", there "none"',
    );
  });
});

describe('a claim', () => {
  const run = { ...alone, generation: 4 };

  it('is one line of JSON', () => {
    expect(claimText({ runId: 'abc' })).toBe('{"runId":"abc"}\n');
  });

  it('is nobody’s, ours, or of another run', async () => {
    expect(await isClaimedBy(run, new MemoryRecords())).toBe(false);
    const ours = new MemoryRecords(undefined, { 4: claimText({ runId: run.runId }) });
    expect(await isClaimedBy(run, ours)).toBe(true);
    expect(ours.asked).toEqual([4]);
  });

  it('fails with no more of a text that is none of ours than fits a line', async () => {
    const claiming = isClaimedBy(run, new MemoryRecords(undefined, { 4: `  ${'x'.repeat(99)}` }));
    await expect(claiming).rejects.toThrow(`another run (${'x'.repeat(80)});`);
  });
});

describe('placeRun after manifests that are linked', () => {
  const totals = { chunks: 3, rows: 10, counts: { nnz: 7 }, bytes: 9, contentBytes: 9, crc32: '0' };
  const linking = manifestHead(second, { head: firstHead, link, totals });
  const overwriting = manifestHead(third, { head: linking, link: { ...link, generation: 2 } });

  it('finds a run that another manifest lists', async () => {
    expect(linking.generations).toHaveLength(1);
    const records = new MemoryRecords(linking, {}, { 1: firstHead });
    const published = firstHead.generations[0];
    expect(await placeRun({ ...batch, runId: first.runId }, records)).toEqual({ published });
  });

  it('counts what the others list', async () => {
    const records = new MemoryRecords(linking, {}, { 1: firstHead });
    const base = { chunks: 6, rows: 20, since: 1 };
    expect(await placeRun(batch, records)).toEqual({ generation: 3, base, set: linking });
  });

  it('refuses a run that was replaced, and that another manifest lists', async () => {
    expect(overwriting.replaced).toEqual([{ generation: 2, runId: second.runId }]);
    const records = new MemoryRecords(overwriting, {}, { 1: firstHead });
    const message = 'was generation 1 of s3://bucket/out/, whose rows generation 3 has replaced';
    await expectConflict({ ...batch, runId: first.runId }, records, message);
  });

  it('leaves open what stays where a run replaces partitions, and compares the settings', async () => {
    const run: Placed = { ...alone, mode: 'overwrite-partitions' };
    expect(await placeRun(run, new MemoryRecords())).toEqual(BEGIN);
    const base = { chunks: 0, rows: 0, since: 3, replaces: 'partitions' };
    const records = new MemoryRecords(secondHead);
    expect(await placeRun(run, records)).toEqual({ generation: 3, base, set: secondHead });
    expect(records.asked).toEqual(['latest', 3]);
    const other = { ...run, output: { ...output, compression: 'gzip' } } as Placed;
    await expectConflict(
      other,
      records,
      'partitions of s3://bucket/out/ cannot be replaced: output.compression is "gzip", there "none"',
    );
  });
});
