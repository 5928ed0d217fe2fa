import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLines } from '#aws/objects.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { SourceChangedError } from '#core/errors.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import { parseStageTask } from '#core/sources/stage-task.ts';
import { createHandler as createPlan } from '#lambdas/plan/handler.ts';
import { openOwn } from '#lambdas/shared/open-own.ts';
import { createHandler as createStage } from '#lambdas/stage/handler.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { finishRun, planRun } from '#support/run-steps.ts';
import { stepDeps } from '#support/step-deps.ts';
import { SMALL, smallText } from './small-matrix.ts';

const never = new AbortController().signal;
const OTHER = { ...SMALL, data: [7n, 7n, 7n, 7n, 7n, 7n] };
const TEXT = smallText({ rowStart: 0, rowEnd: 5 });

let services: LocalServices;
let bucket: BucketContents;

beforeAll(async () => {
  services = await startLocalServices();
  bucket = new BucketContents(services);
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  const Bucket = services.bucket;
  await services.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
});
afterAll(() => services.close());

/** Plans a round as the workflow does: with what the round before was bound to. */
function plan(request: object, pins: string | null): Promise<PlanResult> {
  return createPlan(stepDeps(services, services))({ request, pins, executionId: 'x' }, never);
}

/** Does the jobs of a round. */
async function stage({ plan: jobs }: Extract<PlanResult, { decision: 'stage' }>): Promise<void> {
  const handler = createStage(stepDeps(services, services));
  for await (const line of readLines(services.s3, jobs.bucket, jobs.key)) {
    await handler(parseStageTask(JSON.parse(line)), never);
  }
}

/** Plans and stages until the chunks can be written; `meanwhile` comes before each next round. */
async function planInRounds(request: object, meanwhile: () => Promise<unknown>) {
  const runIds = new Set<string>();
  let planned = await plan(request, null);
  while (planned.decision === 'stage') {
    runIds.add(planned.runId);
    await meanwhile();
    await stage(planned);
    planned = await plan(request, planned.pins);
  }
  if (planned.decision !== 'write') throw new Error(planned.decision);
  runIds.add(planned.run.runId);
  return { planned, runIds };
}

async function textOf(planned: PlanResult): Promise<string> {
  await finishRun(services, services, planned);
  if (planned.decision !== 'write') throw new Error(planned.decision);
  const { location } = planned.run;
  const data = await bucket.below(`${location.prefix}data/`);
  return Object.values(data).join('');
}

describe('a source in a bucket that keeps versions', () => {
  it('is written as it was pinned, though it was overwritten and deleted after Plan', async () => {
    const source = await bucket.put('stored.npz', writeNpz(SMALL));
    const planned = await planRun(services, services, { source, chunking: { rows: 2 } });
    await bucket.put('stored.npz', writeNpz(OTHER));
    await bucket.remove('stored.npz');
    expect(await textOf(planned)).toBe(TEXT);
  });

  it('stays one run through its Stage rounds, though it is overwritten in each', async () => {
    const source = await bucket.put('staged.npz', writeNpz(SMALL, { compress: true }));
    const request = { source, chunking: { rows: 2 } };
    const { planned, runIds } = await planInRounds(request, () =>
      bucket.put('staged.npz', writeNpz(OTHER, { compress: true })),
    );
    expect(runIds.size).toBe(1);
    expect(await textOf(planned)).toBe(TEXT);
  });

  it('keeps every part of a folder, and the object with the names', async () => {
    const overwrite = async (matrix: typeof SMALL, names: string) => {
      await bucket.put('names.txt', names);
      for (const part of [1, 2]) {
        await bucket.put(`parts/${part}.npz`, writeNpz(matrix, { compress: true }));
      }
    };
    await overwrite(SMALL, 'a\nb\nc\n');
    const columnNames = `s3://${services.bucket}/names.txt`;
    const request = {
      source: { uri: `s3://${services.bucket}/parts/`, columnNames },
      output: { text: { header: 'first-chunk' } },
    };
    const { planned, runIds } = await planInRounds(request, () => overwrite(OTHER, 'x\ny\nz\n'));
    await overwrite(OTHER, 'x\ny\nz\n');
    expect(runIds.size).toBe(1);
    expect(await textOf(planned)).toBe(`a,b,c\n${TEXT}${TEXT}`);
  });
});

it('reads its own objects without their versions, which no role may read', async () => {
  const uri = `s3://${services.bucket}/own`;
  const store = s3ObjectStore(services.s3);
  await bucket.put('own', Buffer.from('a'));
  const own = await openOwn(store, uri);
  expect(await own.read({ offset: 0, length: 1 })).toEqual(new Uint8Array([97]));
  await bucket.put('own', Buffer.from('b'));
  await expect(own.read({ offset: 0, length: 1 })).rejects.toThrow(SourceChangedError);
});
