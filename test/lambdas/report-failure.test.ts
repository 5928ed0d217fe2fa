import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '#aws/ledger.ts';
import { listObjects, readText } from '#aws/objects.ts';
import { pinSource, s3Source } from '#aws/s3-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { FailedExecution } from '#core/failure/failed-execution.ts';
import { claimText } from '#core/manifest/place-run.ts';
import { claimKey, failuresKey, layoutKey } from '#core/run/output-keys.ts';
import { createHandler } from '#lambdas/report-failure/handler.ts';
import { goldenBytes } from '#support/golden.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { stepDeps } from '#support/step-deps.ts';

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices();
});
afterAll(() => services.close());

const never = new AbortController().signal;
const matrix = goldenBytes('inputs/dtype-int64.npz');

function reporter() {
  return createHandler(stepDeps(services, services));
}

function failureOf(name: string): FailedExecution {
  return {
    executionArn: `arn:aws:states:us-east-1:111122223333:execution:machine:${name}`,
    status: 'FAILED',
    startedAt: '2026-11-21T00:00:00.000Z',
    stoppedAt: '2026-11-21T00:01:00.000Z',
    error: 'States.ExceedToleratedFailureThreshold',
    cause: 'The specified tolerated failure threshold was exceeded',
  };
}

async function put(key: string, body: string | Uint8Array): Promise<void> {
  await services.s3.send(new PutObjectCommand({ Bucket: services.bucket, Key: key, Body: body }));
}

/** A run that an execution has planned; `claimedBy` is the run that the prefix belongs to. */
async function plannedRun(name: string, claimedBy = `run-${name}`) {
  const { s3, dynamo, bucket, table } = services;
  await put(`${name}.npz`, matrix);
  const source = await pinSource(s3, { uri: `s3://${bucket}/${name}.npz` });
  const location = { bucket, prefix: `${name}-out/` };
  const { layout } = await openMatrix(s3Source(s3, source));
  await put(layoutKey(location.prefix, 1), JSON.stringify(layout));
  const runId = `run-${name}`;
  const ledger = new Ledger(dynamo, table, runId, () => new Date());
  const execution = failureOf(name);
  await ledger.startRun('identity', execution.executionArn, {
    runId,
    source,
    location,
    generation: 1,
  });
  await put(claimKey(location.prefix, 1), claimText({ runId: claimedBy }));
  const reportText = () => readText(s3, bucket, failuresKey(location.prefix));
  return { ledger, execution, location, runId, source, reportText };
}

function chunk(index: number) {
  return { index, rowStart: index * 5, rowEnd: index * 5 + 5 };
}

async function failChunk(ledger: Ledger, index: number, message: string): Promise<void> {
  const started = await ledger.start(chunk(index));
  if (started.kind === 'done') throw new Error(`chunk ${index} is done`);
  await ledger.fail(chunk(index), started, new CorruptSourceError(message));
}

describe('ReportFailure', () => {
  it('writes which chunks are not done, why, and how to see it', async () => {
    const { ledger, execution, location, runId, source, reportText } = await plannedRun('chunks');
    await ledger.start(chunk(0));
    await ledger.start(chunk(1));
    await ledger.done(
      chunk(1),
      { attempt: 1 },
      {
        ...{ bytes: 5, contentBytes: 5, crc32: '0000002a', etag: 'e', counts: { nnz: 9 } },
      },
    );
    await failChunk(ledger, 2, 'first');
    await failChunk(ledger, 2, 'second');
    const notice = await reporter()(execution, never);
    expect(notice).toMatchObject({
      message: `run ${runId} ended FAILED: chunk 2 (rows 10 to 15): CorruptSourceError: second`,
      runId,
      report: `s3://${location.bucket}/${failuresKey(location.prefix)}`,
    });
    const range = { offset: expect.any(Number), length: expect.any(Number) };
    const sourceBytes = { indices: range, data: range };
    const slice = `npx sparse-fanout slice ${source.uri} --rows`;
    expect(JSON.parse((await reportText()) ?? '')).toMatchObject({
      runId,
      ...execution,
      redrive: `aws stepfunctions redrive-execution --execution-arn ${execution.executionArn}`,
      source: { uri: source.uri, etag: source.etag, versionId: null },
      sourceProblem: null,
      failedChunks: 1,
      runningChunks: 1,
      unlistedChunks: 0,
      chunks: [
        {
          ...{ ...chunk(2), status: 'failed', tries: 2, sourceBytes },
          error: { name: 'CorruptSourceError', message: 'second' },
          reproduce: `${slice} 10:15`,
        },
        {
          ...{ ...chunk(0), status: 'running', tries: 1, error: null, sourceBytes },
          reproduce: `${slice} 0:5`,
        },
      ],
    });
  });

  it('writes the same bytes for the same failure, and others in their place for the next', async () => {
    const { ledger, execution, reportText } = await plannedRun('again');
    await failChunk(ledger, 3, 'first');
    await reporter()(execution, never);
    const first = await reportText();
    await reporter()(execution, never);
    expect(await reportText()).toBe(first);
    await failChunk(ledger, 3, 'second');
    await reporter()(execution, never);
    expect(await reportText()).toContain('"message": "second"');
  });

  it('reports a run whose source was replaced, and says so', async () => {
    const { ledger, execution, reportText } = await plannedRun('replaced');
    await failChunk(ledger, 0, 'gone');
    await put('replaced.npz', 'another');
    await reporter()(execution, never);
    const report = JSON.parse((await reportText()) ?? '');
    expect(report.sourceProblem).toMatch(/^SourceChangedError: .*was replaced/);
    expect(report.chunks).toMatchObject([{ index: 0, sourceBytes: null }]);
  });

  it('leaves a prefix that another run has claimed as it is', async () => {
    const { execution, location } = await plannedRun('foreign', 'another run');
    const notice = await reporter()(execution, never);
    const report = `s3://${services.bucket}/_failures/foreign.json`;
    expect(notice).toMatchObject({ runId: null, report });
    const keys = listObjects(services.s3, services.bucket, location.prefix);
    expect(await Array.fromAsync(keys, ({ key }) => key)).toEqual([
      claimKey(location.prefix, 1),
      layoutKey(location.prefix, 1),
    ]);
  });

  it('reports an execution that never had a run', async () => {
    const notice = await reporter()(failureOf('unknown'), never);
    const key = '_failures/unknown.json';
    expect(notice).toMatchObject({ runId: null, report: `s3://${services.bucket}/${key}` });
    expect(notice.message).toMatch(/^an execution that had no run yet ended FAILED: States\./);
    const report = JSON.parse((await readText(services.s3, services.bucket, key)) ?? '');
    expect(report).toMatchObject({ runId: null, source: null, failedChild: null, chunks: [] });
  });

  it('names the child by which a Stage round failed', async () => {
    const child = {
      ...{ Error: 'CorruptSourceError', Cause: '{"errorMessage":"indices.npy is damaged"}' },
      ...{ Input: '{"task":{"unit":{"uri":"s3://in/x.npz"}}}', StopDate: '2026-11-21T00:00:30Z' },
    };
    await put('_staged/results/staging/run/FAILED_0.jsonl', `${JSON.stringify(child)}\n`);
    const other = { ...child, Cause: 'of another execution', StopDate: '2026-11-21T00:00:31Z' };
    await put('_staged/results/staging-2/run/FAILED_0.jsonl', `${JSON.stringify(other)}\n`);
    const { message } = await reporter()(failureOf('staging'), never);
    expect(message).toMatch(
      /: preparing s3:\/\/in\/x\.npz: CorruptSourceError: indices\.npy is damaged$/,
    );
  });

  it('names the writer that failed without a word in the ledger', async () => {
    const { execution, location } = await plannedRun('killed');
    const Input = '{"chunk":{"index":4,"rowStart":20,"rowEnd":25}}';
    const [first, second] = ['first', 'second'].map((Cause, at) =>
      JSON.stringify({ Error: 'Runtime.ExitError', Cause, Input, StopDate: `2026-11-2${at}` }),
    );
    await put(`${location.prefix}_plan/results/a/FAILED_0.jsonl`, `${second}\n`);
    await put(`${location.prefix}_plan/results/b/FAILED_0.jsonl`, `${first}\n`);
    await put(`${location.prefix}_plan/results/c/SUCCEEDED_0.jsonl`, '{}\n');
    const { message } = await reporter()(execution, never);
    expect(message).toMatch(/: chunk 4 \(rows 20 to 25\): Runtime\.ExitError: second$/);
  });
});
