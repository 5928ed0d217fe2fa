import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRun, placeInS3 } from '#cli/executions/find-run.ts';
import { type WatchedRun, watchRun } from '#cli/executions/watch-run.ts';
import { OutputConflictError, RequestError, SourceNotFoundError } from '#core/errors.ts';
import { chunkKey } from '#core/run/chunk-key.ts';
import { planKey } from '#core/run/output-keys.ts';
import { planLine } from '#core/run/plan-line.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { finishRun, planRun } from '#support/run-steps.ts';

let services: LocalServices;
let bucket: BucketContents;
let source: string;

beforeAll(async () => {
  services = await startLocalServices();
  bucket = new BucketContents(services);
  const matrix = { shape: [2, 2], dtype: 'int8', indptr: [0, 1, 1], indices: [1], data: [5] };
  source = await bucket.put('small.npz', writeNpz({ ...matrix, dtype: 'int8' }));
});
afterAll(() => services.close());

function runIn(prefix: string, place: Pick<WatchedRun, 'generation' | 'base'>): WatchedRun {
  const location = { bucket: services.bucket, prefix };
  return { runId: 'a'.repeat(32), output: PLAIN_CSV, location, ...place };
}

async function putPlan(run: WatchedRun, chunks: number): Promise<void> {
  const lines = Array.from({ length: chunks }, (_, at) =>
    planLine({ index: run.base.chunks + at, rowStart: at, rowEnd: at + 1 }),
  );
  await bucket.put(planKey(run.location.prefix, run.generation), lines.join(''));
}

describe('a watched run', () => {
  it('has no progress before its plan, then the chunks that are written of it', async () => {
    const run = runIn('first/', { generation: 1, base: { chunks: 0, rows: 0, since: 1 } });
    const watch = watchRun(services.s3, run);
    await bucket.put(chunkKey(run, 1), 'early');
    expect(await watch()).toBeUndefined();
    await putPlan(run, 3);
    expect(await watch()).toEqual({ total: 3, done: 1, bytes: 5 });
    await bucket.put(chunkKey(run, 0), 'late');
    // The plan never changes, so it is read once.
    await bucket.remove(planKey('first/', 1));
    expect(await watch()).toEqual({ total: 3, done: 2, bytes: 9 });
  });

  it('that is appended counts neither the plan nor the chunks of its base', async () => {
    const base = runIn('second/', { generation: 1, base: { chunks: 0, rows: 0, since: 1 } });
    const run = runIn('second/', { generation: 2, base: { chunks: 2, rows: 2, since: 1 } });
    await putPlan(base, 2);
    for (const index of [0, 1]) await bucket.put(chunkKey(base, index), 'base');
    const watch = watchRun(services.s3, run);
    expect(await watch()).toBeUndefined();
    await putPlan(run, 4);
    expect(await watch()).toEqual({ total: 4, done: 0, bytes: 0 });
    await bucket.put(chunkKey(run, 2), 'first of its own');
    expect(await watch()).toEqual({ total: 4, done: 1, bytes: 16 });
  });
});

describe('the run of a request', () => {
  const deployment = () => ({ outputBucket: services.bucket, requestDefaults: {} });

  it('is the one that Plan finds, with the presets of the deployment', async () => {
    const request = { source, chunking: { rows: 1 } };
    const planned = await planRun(services, services, request);
    if (planned.decision !== 'write') throw new Error(planned.decision);
    const { runId, location, generation, base } = planned.run;
    const bound = await findRun(services.s3, request, deployment());
    expect(bound).toMatchObject({ runId, location });
    expect(await placeInS3(services.s3, bound)).toMatchObject({
      ...{ runId, location, output: PLAIN_CSV, generation, base },
    });
    const requestDefaults = { chunking: { rows: 1 } };
    const preset = await findRun(services.s3, { source }, { ...deployment(), requestDefaults });
    expect(preset.runId).toBe(runId);
  });

  it('has no place when it is in its output, and none where another one is', async () => {
    const output = { uri: `s3://${services.bucket}/done/` };
    const request = { source, output };
    await finishRun(services, services, await planRun(services, services, request));
    const bound = await findRun(services.s3, request, deployment());
    expect(await placeInS3(services.s3, bound)).toBeUndefined();
    const other = await findRun(services.s3, { ...request, chunking: { rows: 1 } }, deployment());
    await expect(placeInS3(services.s3, other)).rejects.toThrow(OutputConflictError);
    const batch = { ...request, output: { ...output, mode: 'append' } };
    const appended = await findRun(services.s3, batch, deployment());
    expect(await placeInS3(services.s3, appended)).toMatchObject({
      ...{ runId: appended.runId, generation: 2, base: { chunks: 1, rows: 2, since: 1 } },
    });
  });

  it('is refused as Plan would refuse it', async () => {
    const missing = findRun(services.s3, { source: `${source}x` }, deployment());
    await expect(missing).rejects.toThrow(SourceNotFoundError);
    const elsewhere = { source, output: { uri: 's3://elsewhere/out/' } };
    await expect(findRun(services.s3, elsewhere, deployment())).rejects.toThrow(RequestError);
  });
});
