import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pinSource } from '#aws/s3-source.ts';
import { digest128 } from '#core/objects/digest.ts';
import { parseStageTask } from '#core/sources/stage-task.ts';
import { createHandler as createPlan } from '#lambdas/plan/handler.ts';
import { createHandler as createStage } from '#lambdas/stage/handler.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { planRun } from '#support/run-steps.ts';
import { stepDeps } from '#support/step-deps.ts';
import { SMALL } from './small-matrix.ts';

let services: LocalServices;
let bucket: BucketContents;
let source: string;

beforeAll(async () => {
  services = await startLocalServices();
  bucket = new BucketContents(services);
  source = await bucket.put('small.npz', writeNpz(SMALL, { compress: true }));
});
afterAll(() => services.close());

const never = new AbortController().signal;

function plan(request: object) {
  return planRun(services, services, request);
}

describe('Plan of a source that must be staged', () => {
  it('is staged in memory for a dry run, which writes nothing', async () => {
    const dry = await plan({ source, dryRun: true });
    expect(dry).toMatchObject({
      decision: 'dry-run',
      summary: { rows: 5, chunks: 1, text: { bytes: 33 }, staging: { jobs: 3 }, warnings: [] },
    });
    const { runId, location } = dry as { runId: string; location: object };
    expect(location).toEqual({ bucket: services.bucket, prefix: `small/${runId}/` });
    expect(await bucket.below('')).toEqual({ 'small.npz': expect.any(String) });
  });

  it.each([
    ['a dry run', { dryRun: true }],
    ['a run', {}],
  ])(
    'is refused before anything is staged where headers contradict expect: %s',
    async (_, more) => {
      const two = { uris: [source, source] };
      const refused = [
        [{ source, expect: { rows: 6, columns: 4 } }, 'expect.rows is 6, but the source has 5'],
        [{ source, expect: { columns: 4 } }, 'expect.columns is 4, but the source has 3'],
        [{ source: two, expect: { rows: 5 } }, 'expect.rows is 5, but the source has 10'],
      ] as const;
      for (const [request, message] of refused) {
        await expect(plan({ ...request, ...more })).rejects.toThrow(message);
      }
      expect(await bucket.below('_staged/')).toEqual({});
    },
  );

  it('goes on where headers say what is expected', async () => {
    const request = { source, expect: { rows: 5, columns: 3, nnz: 6 }, dryRun: true };
    expect(await plan(request)).toMatchObject({ summary: { rows: 5 } });
    const other = { source, expect: { nnz: 999 }, dryRun: true };
    await expect(plan(other)).rejects.toThrow('expect.nnz is 999, but the source has 6');
    expect(await plan({ ...other, dryRun: false })).toMatchObject({ decision: 'stage' });
  });

  it.each([
    {
      key: 'large.mtx',
      head: '%%MatrixMarket matrix coordinate integer general\n1000000 1000 3000000\n',
      line: '1 1 1\n',
      said: { rows: 1_000_000, facts: { format: 'mtx', nnz: 3_000_000 } },
      doubt: /^the source must be staged first, so sizes are of its headers alone/,
    },
    {
      key: 'large.svmlight',
      head: '',
      line: '0 1:1\n',
      said: { facts: { format: 'svmlight' } },
      doubt: /^the source must be staged first, and its headers do not say its rows and columns/,
    },
  ])('is planned by its headers or first lines where it is large: $key', async (one) => {
    const { key, head, line, said, doubt } = one;
    const large = await bucket.put(key, Buffer.from(head + line.repeat(6_000_000)));
    const dry = await plan({ source: large, dryRun: true });
    expect(dry).toMatchObject({ decision: 'dry-run', summary: said });
    const { summary } = dry as Extract<typeof dry, { readonly decision: 'dry-run' }>;
    expect(summary.warnings[0]).toMatch(doubt);
    expect(summary.rows).toBeGreaterThan(900_000);
    expect(summary.staging?.jobs).toBeGreaterThan(0);
    expect(summary.usd.total).toBeGreaterThan(0);
  });

  it('writes the jobs of a round, one per line, under a name made of them', async () => {
    const planned = await plan({ source, limits: { concurrency: 9 } });
    const unit = { uri: source, objects: [await pinSource(services.s3, { uri: source })] };
    const jobs = [0, 1, 2].map((index) => ({ unit, job: { round: 'index', index }, options: {} }));
    const text = jobs.map((job) => `${JSON.stringify(job)}\n`).join('');
    const prefix = `_staged/${await digest128(text)}/`;
    expect(planned).toEqual({
      decision: 'stage',
      wing: 'matrix',
      runId: expect.stringMatching(/^[0-9a-f]{32}$/),
      plan: { bucket: services.bucket, key: `${prefix}jobs.jsonl` },
      pins: null,
      resultsPrefix: '_staged/results/execution',
      concurrency: 9,
      jobs: 3,
    });
    expect(await bucket.below('_staged/')).toEqual({ [`${prefix}jobs.jsonl`]: text });
    expect(await plan({ source, limits: { concurrency: 9 } })).toEqual(planned);
  });

  it('hands the options of the source to the jobs', async () => {
    const planned = await plan({ source: { uri: source, format: 'npz' } });
    if (planned.decision !== 'stage') throw new Error(planned.decision);
    const [line = ''] = ((await bucket.text(planned.plan.key)) ?? '').split('\n');
    expect(parseStageTask(JSON.parse(line))).toMatchObject({ options: { format: 'npz' } });
  });

  it('plans the same run when its jobs are done, and writes it', async () => {
    const staging = await plan({ source, chunking: { rows: 3 } });
    if (staging.decision !== 'stage') throw new Error(staging.decision);
    const lines = ((await bucket.text(staging.plan.key)) ?? '').trim().split('\n');
    const stage = createStage(stepDeps(services, services));
    for (const line of lines) await stage(parseStageTask(JSON.parse(line)), never);
    const handler = createPlan(stepDeps(services, services));
    const request = { source, chunking: { rows: 3 } };
    expect(await handler({ request, executionId: 'x' }, never)).toMatchObject({
      decision: 'write',
      run: { runId: staging.runId, facts: { shape: [5, 3], nnz: 6 }, chunks: 2 },
    });
  });
});
