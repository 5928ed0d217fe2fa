import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3OutputRecords } from '#aws/output-records.ts';
import { ManifestError, OutputConflictError } from '#core/errors.ts';
import { claimText } from '#core/manifest/place-run.ts';
import { claimKey, manifestKey } from '#core/run/output-keys.ts';
import { claimGeneration } from '#lambdas/shared/claim.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { type PlainCsr, writeNpz } from '#support/npz/write-npz.ts';
import { planRun, runSteps } from '#support/run-steps.ts';
import { SMALL } from './small-matrix.ts';

let services: LocalServices;
let bucket: BucketContents;
let sources: { readonly first: string; readonly second: string };

const two = { shape: [2, 3], indptr: [0, 1, 1], indices: [2], data: [7n] };
const SECOND: PlainCsr = { ...SMALL, ...two };

beforeAll(async () => {
  services = await startLocalServices();
  bucket = new BucketContents(services);
  sources = {
    first: await bucket.put('first.npz', writeNpz(SMALL)),
    second: await bucket.put('second.npz', writeNpz(SECOND)),
  };
});
afterAll(() => services.close());

/** A request that appends two rows per chunk to a folder. */
function append(source: string, folder: string, output: object = {}) {
  const uri = `s3://${services.bucket}/${folder}/`;
  return { source, output: { uri, mode: 'append', ...output }, chunking: { rows: 2 } };
}

function plan(request: object) {
  return planRun(services, services, request);
}

/** A folder with one generation: five rows in three chunks. */
async function begun(folder: string): Promise<void> {
  expect(await runSteps(services, services, append(sources.first, folder))).toBe(1);
}

/** Makes sure that a plan is refused and leaves a folder as it is. */
async function expectRefused(request: object, folder: string, message: string): Promise<void> {
  const before = await bucket.below(`${folder}/`);
  const planning = plan(request);
  await expect(planning).rejects.toThrow(OutputConflictError);
  await expect(planning).rejects.toThrow(message);
  expect(await bucket.below(`${folder}/`)).toEqual(before);
}

describe('Plan of an append', () => {
  it('begins an output that is not there', async () => {
    expect(await plan(append(sources.first, 'empty'))).toMatchObject({
      decision: 'write',
      run: { generation: 1, base: { chunks: 0, rows: 0, since: 1 }, chunks: 3 },
    });
  });

  it('is the next generation, whose chunk ids go on', async () => {
    await begun('next');
    const planned = await plan(append(sources.second, 'next'));
    expect(planned).toMatchObject({
      decision: 'write',
      run: {
        facts: { shape: [2, 3], nnz: 1 },
        ...{ generation: 2, base: { chunks: 3, rows: 5, since: 1 }, chunks: 1 },
      },
      plan: { key: 'next/_plan/plan-000002.jsonl' },
      summary: { rows: 2, chunks: 1 },
    });
    const objects = await bucket.below('next/');
    expect(objects['next/_plan/plan-000002.jsonl']).toBe('{"index":3,"rowStart":0,"rowEnd":2}\n');
    expect(JSON.parse(objects['next/_plan/source-000002.json']!)).toMatchObject({ shape: [2, 3] });
    const { runId } = (planned as { run: { runId: string } }).run;
    expect(objects['next/_manifest/run-000002.json']).toBe(claimText({ runId }));
    expect(objects['next/_manifest/run.json']).not.toBe(claimText({ runId }));
  });

  it('is complete when the output has it, in whatever generation', async () => {
    await begun('listed');
    expect(await runSteps(services, services, append(sources.second, 'listed'))).toBe(2);
    for (const source of [sources.first, sources.second]) {
      expect(await plan(append(source, 'listed'))).toMatchObject({ decision: 'complete' });
    }
  });
});

describe('Plan of an append fails', () => {
  it('where rows are written otherwise, and names how', async () => {
    await begun('dialect');
    const request = append(sources.second, 'dialect', { text: { delimiter: ';' } });
    const where = `rows cannot be appended to s3://${services.bucket}/dialect/`;
    await expectRefused(
      request,
      'dialect',
      `${where}: output.text.delimiter is ";", there ","; make them agree, or choose another output.uri`,
    );
  });

  it('where rows have other columns or values, and names them', async () => {
    await begun('columns');
    const wide = writeNpz({ ...SECOND, shape: [2, 4], dtype: 'float64', data: [7] });
    const request = append(await bucket.put('wide.npz', wide), 'columns');
    await expectRefused(
      request,
      'columns',
      'the number of columns is 4, there 3; the dtype is "float64", there "int64"',
    );
  });

  it('while another run writes the same generation', async () => {
    await begun('written');
    await bucket.put(claimKey('written/', 2), claimText({ runId: 'another' }));
    const request = append(sources.second, 'written');
    await expectRefused(
      request,
      'written',
      `generation 2 of s3://${services.bucket}/written/ is being written by another run ({"runId":"another"})`,
    );
  });

  it('on an output of another version, naming both', async () => {
    await begun('version');
    const key = manifestKey('version/');
    const latest = (await bucket.text(key)) ?? '';
    await bucket.put(key, latest.replace('"version":7', '"version":5'));
    const planning = plan(append(sources.second, 'version'));
    await expect(planning).rejects.toThrow(ManifestError);
    await expect(planning).rejects.toThrow(
      'the manifest is of version 5, this program reads version 7; use the program that wrote it',
    );
    expect(await bucket.text(claimKey('version/', 2))).toBeUndefined();
  });
});

describe('a claim', () => {
  const never = new AbortController().signal;
  const runOf = (runId: string, prefix: string) => ({
    ...{ runId, location: { bucket: services.bucket, prefix } },
    ...{ mode: 'create' as const, generation: 1 },
  });

  it('may be made again by its run, and by no other', async () => {
    await claimGeneration(services.s3, runOf('one', 'claim/'), never);
    await claimGeneration(services.s3, runOf('one', 'claim/'), never);
    const other = claimGeneration(services.s3, runOf('two', 'claim/'), never);
    await expect(other).rejects.toThrow(
      'belongs to another run ({"runId":"one"}); this is run two',
    );
    expect(await bucket.text('claim/_manifest/run.json')).toBe('{"runId":"one"}\n');
  });

  it('goes to one of two runs that make it at once, and says to which', async () => {
    const runs = ['one', 'two'].map((runId) => runOf(runId, 'race/'));
    const ended = await Promise.allSettled(
      runs.map((run) => claimGeneration(services.s3, run, never)),
    );
    const records = s3OutputRecords(services.s3, runs[0]!.location);
    const winner = await records.claim(1);
    const lost = ended.filter(({ status }) => status === 'rejected');
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatchObject({
      reason: {
        name: 'OutputConflictError',
        message: expect.stringContaining(`belongs to another run (${winner?.trim()})`),
      },
    });
  });
});
