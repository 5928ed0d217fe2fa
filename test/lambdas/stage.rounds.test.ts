import { gzipSync } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listObjects } from '#aws/objects.ts';
import { parseStageTask, type StageTask } from '#core/sources/stage-task.ts';
import { lambdaHandler } from '#lambdas/shared/step.ts';
import { createHandler } from '#lambdas/stage/handler.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type Call, hookClients } from '#support/hooked-clients.ts';
import { lambdaContext } from '#support/lambda-context.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { planRun } from '#support/run-steps.ts';
import { createRandom } from '#support/seeded-random.ts';
import { stepDeps } from '#support/step-deps.ts';

/** Seconds that a read of 4 MiB takes in these tests. */
const READ_SECONDS = 6;

/** The limit of a job: 20 seconds, and the minute that is kept for the end. */
const LIMIT_SECONDS = 20 + 60;

const ROWS = 100;
const ENTRIES = 3_000_000;

/** 24 MB of values that do not compress, as `save_npz` writes them. */
function compressedNpz(): Uint8Array {
  const random = createRandom(3);
  return writeNpz(
    {
      shape: [ROWS, ENTRIES / ROWS],
      dtype: 'float64',
      indptr: Array.from({ length: ROWS + 1 }, (_, row) => (row * ENTRIES) / ROWS),
      indices: Array.from({ length: ENTRIES }, (_, k) => k % (ENTRIES / ROWS)),
      data: Array.from({ length: ENTRIES }, () => random.next()),
    },
    { compress: true },
  );
}

let services: LocalServices;
let bucket: BucketContents;
let npz: Uint8Array;

beforeAll(async () => {
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'true');
  services = await startLocalServices();
  bucket = new BucketContents(services);
  npz = compressedNpz();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await services.close();
});

/**
 * Does one job by the real handler in a process of its own, whose clock goes on by some seconds
 * with each read of the source.
 */
async function stage(task: StageTask, limitSeconds: number, fault?: (call: Call) => void) {
  const clients = services.connect();
  let seconds = 0;
  hookClients(clients, async (call, send) => {
    if (call.name === 'GetObject' && /\.(npz|gz)$/.test(call.subject)) seconds += READ_SECONDS;
    const answer = await send();
    fault?.(call);
    return answer;
  });
  const deps = stepDeps(clients, services);
  const handler = lambdaHandler(createHandler(deps), parseStageTask, deps);
  const getRemainingTimeInMillis = () => (limitSeconds - seconds) * 1000;
  return await handler(task, { ...lambdaContext(0), getRemainingTimeInMillis });
}

/** The jobs that Plan gives; none when the source can be read. */
async function jobsOf(source: string): Promise<readonly StageTask[]> {
  const planned = await planRun(services, services, { source });
  if (planned.decision !== 'stage') return [];
  const text = (await bucket.text(planned.plan.key)) ?? '';
  return text
    .trim()
    .split('\n')
    .map((line) => parseStageTask(JSON.parse(line)));
}

/** Plans and stages in turn, until the source can be read. @returns the jobs of each round. */
async function stageInRounds(
  source: string,
  doJob: (task: StageTask) => Promise<unknown>,
): Promise<readonly (readonly StageTask[])[]> {
  const rounds: (readonly StageTask[])[] = [];
  for (;;) {
    const tasks = await jobsOf(source);
    if (tasks.length === 0) return rounds;
    rounds.push(tasks);
    for (const task of tasks) await doJob(task);
  }
}

/** Some 9 MB of svmlight in two gzip members, of comments that do not compress. */
function packedSvmlight(): Uint8Array {
  const random = createRandom(5);
  const noise = () => Array.from({ length: 40 }, () => random.next().toString(36)).join('');
  const line = (row: number) => `1 ${row % 9}:${row} # ${noise()}\n`;
  const half = (start: number) =>
    Array.from({ length: 15_000 }, (_, i) => line(start + i)).join('');
  return Buffer.concat([gzipSync(half(0)), gzipSync(half(15_000))]);
}

/** What is staged below `index/` of sources that no test had before, by name. */
async function newIndexes(seen: Set<string>): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for await (const { key } of listObjects(services.s3, services.bucket, '_staged/')) {
    const name = /\/(index\/.*)$/.exec(key)?.[1];
    if (name === undefined || seen.has(key)) continue;
    seen.add(key);
    const get = new GetObjectCommand({ Bucket: services.bucket, Key: key });
    const { Body } = await services.s3.send(get);
    found.set(name, Buffer.from(await Body!.transformToByteArray()));
  }
  return found;
}

const ARRAYS = ['data', 'indices', 'indptr'].map((name) => `index/${name}.idx`);
const HOUR = 3600;

describe('an index pass', () => {
  it('of a compressed npz completes in rounds of 20 seconds with the bytes of one pass', async () => {
    const seen = new Set<string>();
    const whole = await bucket.put('whole.npz', npz);
    const single = await stageInRounds(whole, (task) => stage(task, HOUR));
    const expected = await newIndexes(seen);
    expect(single).toHaveLength(1);
    expect([...expected.keys()]).toEqual(ARRAYS);

    const cut = await bucket.put('cut.npz', npz);
    const rounds = await stageInRounds(cut, (task) => stage(task, LIMIT_SECONDS));
    const found = await newIndexes(seen);
    expect(rounds.length).toBeGreaterThan(2);
    for (const [round, tasks] of rounds.slice(1).entries()) {
      expect(new Set(tasks.map(({ job }) => job.part))).toEqual(new Set([round + 1]));
    }
    for (const name of ARRAYS) expect(found.get(name)?.equals(expected.get(name)!)).toBe(true);
    expect(found.size).toBe(rounds.flat().length);

    const planned = await planRun(services, services, { source: cut });
    expect(planned).toMatchObject({ decision: 'write', run: { facts: { nnz: ENTRIES } } });
  });

  it('of a gzip text completes in rounds too', async () => {
    const seen = new Set<string>();
    await newIndexes(seen);
    const file = packedSvmlight();
    const whole = await bucket.put('whole.svm.gz', file);
    await stageInRounds(whole, (task) => stage(task, HOUR));
    const expected = await newIndexes(seen);
    const cut = await bucket.put('cut.svm.gz', file);
    const rounds = await stageInRounds(cut, (task) => stage(task, LIMIT_SECONDS));
    const found = await newIndexes(seen);
    expect([...expected.keys()]).toEqual(['index/text.idx']);
    expect(found.get('index/text.idx')?.equals(expected.get('index/text.idx')!)).toBe(true);
    const jobs = rounds.flat().map(({ job }) => job);
    const parts = jobs.filter(({ round }) => round === 'index').map(({ part }) => part);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts).toEqual(parts.map((_, round) => (round === 0 ? undefined : round)));
    expect(jobs.slice(parts.length).map(({ round }) => round)).toEqual([
      'scan',
      'convert-zero-based',
    ]);
    const planned = await planRun(services, services, { source: cut });
    expect(planned).toMatchObject({ decision: 'write', run: { facts: { shape: [30_000, 9] } } });
  });

  it('goes on after tries that were killed: before, and after their part was written', async () => {
    const seen = new Set<string>();
    await newIndexes(seen);
    const source = await bucket.put('killed.npz', npz);
    let tries = 0;
    const killedFirst = async (task: StageTask) => {
      tries += 1;
      const isPart = ({ name, subject }: Call) =>
        name === 'PutObject' && subject.includes('.part-');
      let reads = 0;
      const beforeIt = ({ subject }: Call) => {
        if (subject.endsWith('.npz') && ++reads === 6) throw new Error('killed');
      };
      const afterIt = (call: Call) => {
        if (isPart(call)) throw new Error('killed');
      };
      // Both leave an answer that the workflow never gets; it does the same job again.
      await stage(task, LIMIT_SECONDS, beforeIt).catch(() => {});
      await stage(task, LIMIT_SECONDS, afterIt).catch(() => {});
      await stage(task, LIMIT_SECONDS);
    };
    const rounds = await stageInRounds(source, killedFirst);
    const found = await newIndexes(seen);
    expect(rounds.length).toBeGreaterThan(2);
    expect(tries).toBe(found.size);
    const whole = await bucket.put('again.npz', npz);
    await stageInRounds(whole, (task) => stage(task, HOUR));
    const expected = await newIndexes(seen);
    for (const name of ARRAYS) expect(found.get(name)?.equals(expected.get(name)!)).toBe(true);
  });
});
