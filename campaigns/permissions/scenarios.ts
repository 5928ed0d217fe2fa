import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { goldenBytes } from '#support/golden.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { DEAD_LETTERS, NIGHTLY, SCHEDULES, SOURCES } from './assembly.ts';
import { DATABASE_SCENARIOS } from './database-scenarios.ts';
import type { PlayedStack } from './played-stack.ts';
import {
  conflict,
  isConflictAt,
  leftovers,
  reasonsOf,
  redrive,
  remove,
  reported,
  started,
  whyNot,
} from './playing.ts';
import type { Scenario } from './scenario.ts';
import { SINGLE_SCENARIOS } from './single-scenarios.ts';
import { SMALL, TALL } from './sources.ts';
import { TABLE_SCENARIOS } from './table-scenarios.ts';

const chunking = { rows: 2 };

const arrival: Scenario = {
  name: 'a matrix arrives',
  play: (stack) =>
    started(stack, () =>
      stack.s3.send(new PutObjectCommand({ Bucket: SOURCES, Key: 'a.npz', Body: writeNpz(SMALL) })),
    ),
};

const schedule: Scenario = {
  name: 'the schedule fires',
  async play(stack) {
    await stack.putSource(NIGHTLY, writeNpz(SMALL));
    return started(stack, () => stack.cloud.fireSchedule(SCHEDULES.nightly, new Date(0)));
  },
};

/** Names of the rules and schedules whose messages lie in the dead-letter queue. */
async function undeliverable(stack: PlayedStack): Promise<ReadonlySet<string>> {
  const letters = await stack.cloud.deadLetters(stack.output(DEAD_LETTERS));
  return new Set(letters.map(({ attributes }) => attributes['RULE_ARN'] ?? ''));
}

const strayed: Scenario = {
  name: 'neither rules nor a schedule can deliver',
  async play(stack) {
    const denied = stack.deniedCalls();
    await stack.putSource('stray.npz', writeNpz(SMALL));
    await stack.putSource('stray/meta.json', Buffer.from('no bundle'));
    await stack.run({ source: `s3://${SOURCES}/missing` });
    const failure = await stack.cloud
      .fireSchedule(SCHEDULES.stray, new Date(0))
      .catch((error: unknown) => String(error));
    if (failure !== undefined) return failure;
    const all = await stack.happens({
      what: 'the dead letters of three rules and a schedule',
      deniedBefore: denied,
      look: async () => ((await undeliverable(stack)).size === 4 ? true : undefined),
    });
    return all ? undefined : `dead letters only of ${[...(await undeliverable(stack))].join(', ')}`;
  },
};

const missing: Scenario = {
  name: 'a source is missing',
  play: (stack) => whyNot(stack, { source: `s3://${SOURCES}/missing` }, 'SourceNotFoundError'),
};

const version: Scenario = {
  name: 'a request names a version; its conflict is reported and redriven',
  async play(stack) {
    const uri = await stack.putSource('version', writeNpz(SMALL));
    const { executionArn, problem } = await conflict(stack, 'version', { uri, versionId: 'null' });
    return problem ?? (await redrive(stack, executionArn));
  },
};

const resumed: Scenario = {
  name: 'a run with names that lost its claim and a chunk is started again',
  async play(stack) {
    const uri = await stack.putSource('resumed', writeNpz(SMALL));
    const source = { uri, columnNames: ['a', 'b', 'c'] };
    const request = { source, chunking, output: { text: { header: 'first-chunk' } } };
    const first = await whyNot(stack, request);
    if (first !== undefined) return first;
    await remove(stack, 'resumed/', /_manifest\/run\.json$|chunk-000001/);
    return whyNot(stack, request);
  },
};

const appended: Scenario = {
  name: 'a second batch is appended, and reported where it fails',
  async play(stack) {
    const output = { uri: `s3://${stack.outputBucket}/appended/`, mode: 'append' };
    const first = await stack.putSource('appended-1', writeNpz(SMALL));
    const begun = await whyNot(stack, { source: first, output, chunking });
    if (begun !== undefined) return begun;
    const Bucket = stack.outputBucket;
    const Key = 'appended/data/chunk-000002.csv';
    await stack.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'of someone else' }));
    const second = await stack.putSource('appended-2', writeNpz(SMALL));
    const denied = stack.deniedCalls();
    const executionArn = await stack.startExecution({ source: second, output, chunking });
    const ended = await reasonsOf(stack, await stack.endOf(executionArn));
    if (!isConflictAt(ended, Key)) return ended;
    const problem = await reported(stack, denied, executionArn);
    await stack.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    return problem ?? (await redrive(stack, executionArn));
  },
};

const overwritten: Scenario = {
  name: 'rows with names are overwritten, which is reported where it fails, and redriven',
  async play(stack) {
    const Bucket = stack.outputBucket;
    const text = { header: 'first-chunk' };
    const output = { uri: `s3://${Bucket}/overwritten/`, mode: 'overwrite', text };
    const source = async (name: string) => {
      const uri = await stack.putSource(`overwritten-${name}`, writeNpz(SMALL));
      return { uri, columnNames: ['a', 'b', 'c'] };
    };
    const begun = await whyNot(stack, { source: await source('1'), output, chunking });
    if (begun !== undefined) return begun;
    const Key = 'overwritten/data-g000002/chunk-000001.csv';
    await stack.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'of someone else' }));
    const request = { source: await source('2'), output, chunking };
    const denied = stack.deniedCalls();
    const executionArn = await stack.startExecution(request);
    const ended = await reasonsOf(stack, await stack.endOf(executionArn));
    if (!isConflictAt(ended, Key)) return ended;
    const problem = await reported(stack, denied, executionArn);
    await stack.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    return problem ?? (await redrive(stack, executionArn));
  },
};

const tooLong: Scenario = {
  name: 'the upload of a plan is given up; that is reported',
  async play(stack) {
    const source = await stack.putSource('too-long', writeNpz(TALL));
    const denied = stack.deniedCalls();
    const executionArn = await stack.startExecution({ source, chunking: { rows: 1 } });
    const ended = await stack.endOf(executionArn);
    if (ended.error !== 'BoundExceededError') return reasonsOf(stack, ended);
    return (await reported(stack, denied, executionArn)) ?? (await leftovers(stack));
  },
};

const staged: Scenario = {
  name: 'a version of a matrix by columns is staged; its conflict is reported and redriven',
  about: /Stage/,
  async play(stack) {
    const uri = await stack.putSource('staged', goldenBytes('inputs/fmt-csc.npz'));
    const { executionArn, problem } = await conflict(stack, 'staged', { uri, versionId: 'null' });
    return problem ?? (await redrive(stack, executionArn));
  },
};

const stageFailed: Scenario = {
  name: 'staging fails and is redriven',
  about: /Stage/,
  async play(stack) {
    const source = await stack.putSource('stage-failed', goldenBytes('inputs/fmt-coo-dups.npz'));
    const first = await whyNot(stack, { source });
    if (first !== undefined) return first;
    const copies = (await stack.keys('_staged/')).filter((key) => key.includes('/csr/'));
    const Bucket = stack.outputBucket;
    for (const Key of copies) {
      await stack.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'of someone else' }));
    }
    await remove(stack, '_staged/', /indptr\.npy$/);
    const executionArn = await stack.startExecution({ source, chunking });
    const ended = await reasonsOf(stack, await stack.endOf(executionArn));
    if (!isConflictAt(ended, '_staged/')) return ended;
    await remove(stack, '_staged/', /\/csr\//);
    return redrive(stack, executionArn);
  },
};

/**
 * The scenarios that show that each permission is needed. Those that need the most permissions come
 * first.
 */
export const SCENARIOS: readonly Scenario[] = [
  arrival,
  resumed,
  appended,
  missing,
  version,
  staged,
  stageFailed,
  schedule,
  strayed,
  overwritten,
  ...SINGLE_SCENARIOS,
  ...TABLE_SCENARIOS,
  ...DATABASE_SCENARIOS,
  tooLong,
];
