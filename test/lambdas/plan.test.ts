import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRun } from '#aws/ledger-reads.ts';
import { pinSource, s3Source } from '#aws/s3-source.ts';
import {
  BoundExceededError,
  CorruptSourceError,
  ExpectationError,
  OutputConflictError,
  RequestError,
  SourceNotFoundError,
} from '#core/errors.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import { createHandler } from '#lambdas/plan/handler.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { finishRun } from '#support/run-steps.ts';
import { stepDeps } from '#support/step-deps.ts';
import { SMALL } from './small-matrix.ts';

let services: LocalServices;
let bucket: BucketContents;
let source: string;

beforeAll(async () => {
  services = await startLocalServices();
  bucket = new BucketContents(services);
  source = await bucket.put('small.npz', writeNpz(SMALL));
});
afterAll(() => services.close());

const facts = { kind: 'matrix', format: 'npz', shape: [5, 3], dtype: 'int64', nnz: 6 };

/** 15 cells of at least two bytes, six of which may be 19 longer. */
const bounds = { rows: 5, chunks: 3, minTextBytes: 30, maxTextBytes: 144, facts };

/** What the plan promises: all rows are encoded, so the bytes are exact. */
function promised() {
  return expect.objectContaining({
    ...{ ...bounds, parts: [source], warnings: [], text: { bytes: 33 }, stored: { bytes: 33 } },
    prices: { region: 'us-east-1', date: expect.any(String) },
  });
}

function plan(request: object, { executionId = 'first', requestDefaults = {} } = {}) {
  const handler = createHandler({ ...stepDeps(services, services), requestDefaults });
  return handler({ request, executionId }, new AbortController().signal);
}

/** A request for two rows per chunk into a folder of the output bucket. */
function exportTo(folder: string, more: object = {}) {
  const output = { uri: `s3://${services.bucket}/${folder}` };
  return { source, output, chunking: { rows: 2 }, ...more };
}

function assertWrite(planned: PlanResult): asserts planned is PlanResult & { decision: 'write' } {
  expect(planned.decision).toBe('write');
}

function startedRun(executionId: string) {
  return findRun({ client: services.dynamo, table: services.table }, executionId);
}

describe('Plan', () => {
  it('writes claim, layout and plan, records the run, and returns its whole header', async () => {
    const planned = await plan(exportTo('whole'), { executionId: 'whole' });
    const pin = await pinSource(services.s3, { uri: source });
    const { layout } = await openMatrix(s3Source(services.s3, pin));
    assertWrite(planned);
    const { runId } = planned.run;
    expect(runId).toMatch(/^[0-9a-f]{32}$/);
    const location = { bucket: services.bucket, prefix: 'whole/' };
    expect(planned).toEqual({
      decision: 'write',
      run: {
        ...{ runId, source: pin, facts, output: PLAIN_CSV, location },
        ...{ generation: 1, base: { chunks: 0, rows: 0, since: 1 }, chunks: 3 },
      },
      plan: { bucket: services.bucket, key: 'whole/_plan/plan.jsonl' },
      resultsPrefix: 'whole/_plan/results',
      concurrency: 500,
      summary: promised(),
    });
    expect(await bucket.below('whole/')).toEqual({
      'whole/_manifest/run.json': `{"runId":"${runId}"}\n`,
      'whole/_plan/plan.jsonl': [
        '{"index":0,"rowStart":0,"rowEnd":2}\n',
        '{"index":1,"rowStart":2,"rowEnd":4}\n',
        '{"index":2,"rowStart":4,"rowEnd":5}\n',
      ].join(''),
      'whole/_plan/source.json': JSON.stringify(layout),
    });
    expect(await startedRun('whole')).toEqual({ runId, source: pin, location, generation: 1 });
  });

  it('goes below the key of the source where the request names no place', async () => {
    const planned = await plan({ source });
    assertWrite(planned);
    const { runId, location, chunks } = planned.run;
    expect(location).toEqual({ bucket: services.bucket, prefix: `small/${runId}/` });
    expect(chunks).toBe(1);
  });

  it('finds the same run again, whatever its limits, and leaves its objects as they are', async () => {
    const first = await plan(exportTo('again'), { executionId: 'again-1' });
    const before = await bucket.below('again/');
    const limits = { concurrency: 7 };
    const request = exportTo('again', { limits, expect: { rows: 5 } });
    const second = await plan(request, { executionId: 'again-2' });
    expect(second).toEqual({ ...first, concurrency: 7, summary: expect.any(Object) });
    expect(await bucket.below('again/')).toEqual(before);
    expect(await startedRun('again-2')).toEqual(await startedRun('again-1'));
  });

  it('ends with "complete" when the run is in its output, and starts nothing', async () => {
    const planned = await plan(exportTo('complete'));
    assertWrite(planned);
    await finishRun(services, services, planned);
    const { runId } = planned.run;
    const manifest = `s3://${services.bucket}/complete/_manifest/manifest.json`;
    const again = await plan(exportTo('complete'), { executionId: 'complete-2' });
    expect(again).toEqual({ decision: 'complete', runId, manifest });
    expect(await startedRun('complete-2')).toBeUndefined();
    const other = exportTo('complete', { expect: { rows: 6 } });
    await expect(plan(other, { executionId: 'complete-3' })).rejects.toThrow(
      new ExpectationError(['expect.rows is 6, but the source has 5']),
    );
  });

  it('writes nothing in a dry run, and promises what the run would be', async () => {
    const dry = await plan(exportTo('dry', { dryRun: true }), { executionId: 'dry' });
    expect(await bucket.below('dry/')).toEqual({});
    expect(await startedRun('dry')).toBeUndefined();
    const wet = await plan(exportTo('dry'));
    assertWrite(wet);
    const { runId, location } = wet.run;
    expect(dry).toEqual({
      decision: 'dry-run',
      runId,
      location,
      summary: promised(),
    });
  });
});

describe('Plan with the presets of a deployment', () => {
  it('uses them where the request is silent', async () => {
    const requestDefaults = { limits: { concurrency: 33 } };
    expect(await plan(exportTo('preset'), { requestDefaults })).toMatchObject({ concurrency: 33 });
    const own = exportTo('preset', { limits: { concurrency: 2 } });
    expect(await plan(own, { requestDefaults })).toMatchObject({ concurrency: 2 });
  });

  it('plans the run that says the same itself', async () => {
    const text = { delimiter: ';' };
    const planned = await plan({ source }, { requestDefaults: { output: { text } } });
    assertWrite(planned);
    expect(planned.run.output).toEqual({
      ...PLAIN_CSV,
      dialect: { ...PLAIN_CSV.dialect, delimiter: ';' },
    });
    expect(await plan({ source, output: { text } })).toEqual(planned);
    const plain = await plan({ source });
    assertWrite(plain);
    expect(plain.run.runId).not.toBe(planned.run.runId);
  });
});

describe('Plan fails', () => {
  it('when the source is not what the request expects, and writes nothing', async () => {
    const request = exportTo('unexpected', { expect: { rows: 6, nnz: 7, columns: 3 } });
    const planning = plan(request, { executionId: 'unexpected' });
    await expect(planning).rejects.toThrow(ExpectationError);
    await expect(planning).rejects.toMatchObject({
      problems: ['expect.rows is 6, but the source has 5', 'expect.nnz is 7, but the source has 6'],
    });
    expect(await bucket.below('unexpected/')).toEqual({});
    expect(await startedRun('unexpected')).toBeUndefined();
  });

  it('when the output would be larger than allowed, and writes nothing', async () => {
    const request = exportTo('large', { limits: { outputBytes: 20 } });
    const planning = plan(request, { executionId: 'large' });
    await expect(planning).rejects.toThrow(BoundExceededError);
    await expect(planning).rejects.toThrow(
      /store about 33 bytes, allowed are 20 bytes \(limits\.outputBytes\); cost about \$0\.0/,
    );
    expect(await bucket.below('large/')).toEqual({});
    expect(await startedRun('large')).toBeUndefined();
    const allowed = exportTo('large', { limits: { outputBytes: 33 } });
    expect(await plan(allowed)).toMatchObject({ decision: 'write' });
    const preset = { requestDefaults: { limits: { outputBytes: 20 } } };
    await expect(plan(exportTo('large'), preset)).rejects.toThrow(BoundExceededError);
  });

  it('when the offsets decrease, and claims nothing', async () => {
    const damaged = writeNpz({ ...SMALL, indptr: [0, 2, 3, 1, 4, 6] });
    const request = exportTo('corrupt', { source: await bucket.put('corrupt.npz', damaged) });
    await expect(plan(request)).rejects.toThrow(CorruptSourceError);
    expect(await bucket.below('corrupt/')).toEqual({});
  });

  it('on a prefix of another run, whether that run is complete or not', async () => {
    const first = await plan(exportTo('taken'));
    assertWrite(first);
    const before = await bucket.below('taken/');
    const other = () => plan(exportTo('taken', { chunking: { rows: 1 } }));
    await expect(other()).rejects.toThrow(OutputConflictError);
    const holder = `s3://${services.bucket}/taken/ belongs to another run ({"runId":"${first.run.runId}"})`;
    await expect(other()).rejects.toThrow(holder);
    expect(await bucket.below('taken/')).toEqual(before);
    await finishRun(services, services, first);
    await expect(other()).rejects.toThrow(holder);
  });

  it('on an output in another bucket, and writes nothing', async () => {
    const output = { uri: 's3://another-bucket/out/' };
    const planning = plan({ source, output }, { executionId: 'elsewhere' });
    await expect(planning).rejects.toThrow(RequestError);
    await expect(planning).rejects.toThrow(
      `output.uri must lie in s3://${services.bucket}/, the bucket this deployment may write to, got s3://another-bucket/out/`,
    );
    expect(await startedRun('elsewhere')).toBeUndefined();
  });

  it('on a source that is not there', async () => {
    const missing = `s3://${services.bucket}/missing.npz`;
    await expect(plan({ source: missing })).rejects.toThrow(SourceNotFoundError);
  });
});
