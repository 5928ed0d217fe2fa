import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pinSource } from '#aws/s3-source.ts';
import { CorruptSourceError, RequestError } from '#core/errors.ts';
import { parseStageTask, type StageTask } from '#core/sources/stage-task.ts';
import { createHandler } from '#lambdas/stage/handler.ts';
import { csrMembers, writeNpz } from '#support/npz/write-npz.ts';
import { zipMember, zipPieces } from '#support/npz/zip.ts';
import { planRun } from '#support/run-steps.ts';
import { stepDeps } from '#support/step-deps.ts';
import { servedBucket } from '#test/served.ts';
import { SMALL } from './small-matrix.ts';

const { services, bucket } = await servedBucket();

function stage(task: StageTask) {
  const handler = createHandler(stepDeps(services, services));
  return handler(task, new AbortController().signal);
}

/** The jobs that Plan asks for, in their order. */
async function jobsOf(source: string): Promise<StageTask[]> {
  const planned = await planRun(services, services, { source });
  if (planned.decision !== 'stage') throw new Error(planned.decision);
  const text = (await bucket.text(planned.plan.key)) ?? '';
  await bucket.remove(planned.plan.key);
  const lines = text.trim().split('\n');
  return lines.map((line) => parseStageTask(JSON.parse(line)));
}

/**
 * What is staged: the names below the folder of the one unit that has anything, and their texts.
 */
async function staged(): Promise<Readonly<Record<string, string>>> {
  const objects = Object.entries(await bucket.below('_staged/'));
  return Object.fromEntries(
    objects.map(([key, text]) => [key.replace(/^_staged\/[0-9a-f]{32}\//, ''), text]),
  );
}

describe('Stage', () => {
  it('makes the index of one compressed array per job, and the same one again', async () => {
    const source = await bucket.put('small.npz', writeNpz(SMALL, { compress: true }));
    const tasks = await jobsOf(source);
    expect(tasks.map(({ job }) => job)).toEqual(
      [0, 1, 2].map((index) => ({ round: 'index', index })),
    );
    const [first, second, third] = tasks;
    expect(await stage(first!)).toEqual({ round: 'index', index: 0 });
    const made = await staged();
    expect(Object.keys(made)).toEqual(['index/indptr.idx']);
    expect(await stage(first!)).toEqual({ round: 'index', index: 0 });
    expect(await staged()).toEqual(made);
    await Promise.all([stage(second!), stage(third!), stage(third!)]);
    expect(Object.keys(await staged())).toEqual([
      'index/data.idx',
      'index/indices.idx',
      'index/indptr.idx',
    ]);
    expect(await planRun(services, services, { source })).toMatchObject({ decision: 'write' });
  });
});

describe('Stage fails', () => {
  it('on a damaged array, and stages nothing', async () => {
    const before = await staged();
    const members = Object.entries(csrMembers(SMALL)).map(([name, bytes]) => {
      const member = zipMember(name, [bytes], [deflateRawSync(bytes)]);
      return name === 'data.npy' ? { ...member, crc: (member.crc ^ 1) >>> 0 } : member;
    });
    const file = Buffer.concat([...zipPieces(members)]);
    const whole = await bucket.put('whole.npz', writeNpz(SMALL, { compress: true }));
    const task = (await jobsOf(whole)).at(-1)!;
    // Plan finds damage in arrays that are as small as these, and asks for no jobs.
    const uri = await bucket.put('damaged.npz', file);
    const objects = [await pinSource(services.s3, { uri })];
    const staging = stage({ ...task, unit: { uri, objects } });
    await expect(staging).rejects.toThrow(CorruptSourceError);
    await expect(staging).rejects.toThrow(/^data\.npy in .* is damaged/);
    expect(await staged()).toEqual(before);
  });

  it('on a job that its format does not know', async () => {
    const source = await bucket.put('jobs.npz', writeNpz(SMALL, { compress: true }));
    const [task] = await jobsOf(source);
    const wrong = { ...task!, job: { round: 'gather', index: 0 } };
    await expect(stage(wrong)).rejects.toThrow(RequestError);
    await expect(stage(wrong)).rejects.toThrow(
      `${source} is CSR, which has no jobs of a round "gather"`,
    );
  });

  it('on a job of a format that has none', async () => {
    const uri = `s3://${services.bucket}/bundle/`;
    const names = ['meta.json', 'indptr.npy', 'indices.npy', 'data.npy'];
    const pin = { etag: 'any', versionId: null, size: 9 };
    const objects = names.map((name) => ({ ...pin, uri: `${uri}${name}` }));
    const task = { unit: { uri, objects }, job: { round: 'index', index: 0 }, options: {} };
    await expect(stage(task)).rejects.toThrow(RequestError);
    await expect(stage(task)).rejects.toThrow(`${uri} is of format bundle, which has no jobs`);
  });
});
