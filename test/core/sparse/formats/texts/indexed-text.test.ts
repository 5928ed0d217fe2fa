import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { type MemoryStageStore, memoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { MatrixFormat } from '#core/sparse/formats/matrix-format.ts';
import { createMtx, mtx } from '#core/sparse/formats/mtx/mtx.ts';
import { createSvmlight } from '#core/sparse/formats/svmlight/svmlight.ts';
import { type CountingSource, withCounting } from '#support/counting-source.ts';
import { formatInput } from '#support/read-format.ts';

const MIB = 1024 * 1024;

/** Lines that are long and quick to parse: about 13 MiB of rows with comments. */
function svmlightText(): Buffer {
  const line = (i: number) => `${i % 7} ${i % 50}:${i} 60:1 # ${String(i).repeat(140)}\n`;
  return Buffer.from(Array.from({ length: 15_000 }, (_, i) => line(i)).join(''));
}

/** Entries with many blanks between them. */
function mtxText(): Buffer {
  const line = (i: number) => `${1 + (i % 90)} ${1 + (i % 31)}${' '.repeat(700)}${i}\n`;
  const lines = Array.from({ length: 18_000 }, (_, i) => line(i));
  return Buffer.from(
    `%%MatrixMarket matrix coordinate integer general\n90 31 18000\n${lines.join('')}`,
  );
}

interface Run {
  readonly staged: MemoryStageStore;
  readonly jobs: readonly StageJob[];
}

/** Does all jobs of a source; the time of each job is up after as many looks at the clock. */
async function run(format: MatrixFormat, source: CountingSource, looks: number): Promise<Run> {
  const staged = memoryStageStore();
  const jobs: StageJob[] = [];
  for (;;) {
    const resolution = await format.resolve(formatInput(source, {}, staged));
    if ('layout' in resolution) return { staged, jobs };
    for (const job of resolution.jobs) {
      let left = looks;
      const isTimeUp = () => --left <= 0;
      await format.stage?.(job, { ...formatInput(source, {}, staged), isTimeUp });
      jobs.push(job);
    }
  }
}

const sourceOf = (bytes: Uint8Array) => withCounting(memorySource(bytes, 'x'));

/** What is staged, without what is staged of the gzip itself. */
function withoutIndex({ objects }: MemoryStageStore): [string, Buffer][] {
  return [...objects]
    .filter(([name]) => !name.startsWith('index/'))
    .map(([name, bytes]) => [name, Buffer.from(bytes)]);
}

/** Three members that hardly compress, so that their index takes some blocks of 4 MiB. */
function packed(text: Buffer): Buffer {
  const third = Math.ceil(text.length / 3);
  const parts = [0, 1, 2].map((i) => text.subarray(i * third, (i + 1) * third));
  return Buffer.concat(parts.map((part) => gzipSync(part, { level: 0 })));
}

describe.each([
  ['svmlight', svmlightText, createSvmlight],
  ['Matrix Market', mtxText, createMtx],
] as const)('a large gzip file of %s', (_, textOf, create) => {
  const text = textOf();
  const sizes = { segmentBytes: 3 * MIB };

  it('is indexed in rounds, then staged in segments as the same text without gzip', async () => {
    const plain = await run(create(sizes), sourceOf(text), 1e9);
    const whole = await run(create(sizes), sourceOf(packed(text)), 1e9);
    const cut = await run(create(sizes), sourceOf(packed(text)), 1);
    const rest = withoutIndex(plain.staged);
    expect(rest.length).toBeGreaterThan(4);
    expect(withoutIndex(whole.staged)).toEqual(rest);
    expect(withoutIndex(cut.staged)).toEqual(rest);
    expect(whole.jobs[0]).toEqual({ round: 'index', index: 0 });
    expect(whole.jobs.slice(1)).toEqual(plain.jobs);
    const rounds = cut.jobs.filter(({ round }) => round === 'index');
    expect(rounds.length).toBeGreaterThan(2);
    expect(rounds.map(({ part }) => part)).toEqual(
      [undefined, ...rounds.slice(1).keys()].map((part) => (part === undefined ? part : part + 1)),
    );
    const [one, other] = [whole, cut].map(({ staged }) => staged.objects.get('index/text.idx'));
    expect(Buffer.compare(one!, other!)).toBe(0);
  });

  it('fails if the index was removed between two rounds', async () => {
    const { staged, jobs } = await run(create(sizes), sourceOf(packed(text)), 1e9);
    staged.objects.delete('index/text.idx');
    const again = create(sizes).stage?.(
      jobs.at(-1)!,
      formatInput(sourceOf(packed(text)), {}, staged),
    );
    await expect(again).rejects.toThrow(CorruptSourceError);
    await expect(again).rejects.toThrow('what was staged of x (unpacked) lacks index/text.idx');
  });

  it('has no index up to 4 MiB', async () => {
    const { jobs } = await run(create(sizes), sourceOf(gzipSync(text)), 1e9);
    expect(new Set(jobs.map(({ index }) => index))).toEqual(new Set([0]));
    expect(jobs.map(({ round }) => round)).not.toContain('index');
  });
});

it('fails early on a header that is refused, before anything is indexed', async () => {
  const bytes = packed(
    Buffer.concat([Buffer.from('%%MatrixMarket matrix array real general\n'), mtxText()]),
  );
  const source = sourceOf(bytes);
  await expect(run(mtx, source, 1e9)).rejects.toThrow('allowed is "%%MatrixMarket matrix');
  expect(source.bytesRead).toBeLessThan(MIB);
});

it('fails on a text that is far longer than its gzip file', async () => {
  const bomb = gzipSync(Buffer.alloc(80 * MIB, '\n'));
  const input = formatInput(sourceOf(bomb));
  const format = createSvmlight({ wholeGzipBytes: 0 });
  const staging = format.stage?.({ round: 'index', index: 0 }, input);
  await expect(staging).rejects.toThrow(BoundExceededError);
  await expect(staging).rejects.toThrow(/^x inflates from \d+ bytes to more than/);
});
