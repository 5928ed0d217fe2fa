import {
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ListExecutionsCommand, RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { goldenBytes } from '#support/golden.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import type { Execution } from '#support/stack-client.ts';
import { DEAD_LETTERS, NIGHTLY, SCHEDULES, SOURCES } from './assembly.ts';
import type { PlayedStack } from './played-stack.ts';
import { SMALL, TALL, WIDE } from './sources.ts';

/** Something that a deployment does, and how it fails without a permission. */
export interface Scenario {
  readonly name: string;
  /** @returns what was not as it should be; undefined when everything was. */
  play(stack: PlayedStack): Promise<string | undefined>;
}

const chunking = { rows: 2 };

/** Errors of a Map's children: they stand in its results, not in its own cause. */
async function childErrors(stack: PlayedStack): Promise<readonly string[]> {
  const keys = (await stack.keys('')).filter((key) => /\/results\/.*\/FAILED_/.test(key));
  const texts = keys.map((key) => stack.read(`s3://${stack.outputBucket}/${key}`));
  const lines = (await Promise.all(texts)).flatMap((text) => String(text).trim().split('\n'));
  return lines.map((line) => {
    const { Error: error = '', Cause: cause = '' } = JSON.parse(line);
    return `${error}: ${cause}`;
  });
}

async function reasonsOf(stack: PlayedStack, ended: Execution): Promise<string> {
  const { status, error, cause } = ended;
  return [`${status} ${error}: ${cause}`, ...(await childErrors(stack))].join('\n');
}

/** Whether the reasons have a conflict about `key`: those of earlier scenarios are there, too. */
function isConflictAt(reasons: string, key: string): boolean {
  const lines = reasons.split('\n');
  return lines.some((line) => line.includes('OutputConflictError') && line.includes(key));
}

async function whyNot(
  stack: PlayedStack,
  request: unknown,
  error?: string,
): Promise<string | undefined> {
  const ended = await stack.run(request);
  const isMeant = error === undefined ? ended.status === 'SUCCEEDED' : ended.error === error;
  return isMeant ? undefined : await reasonsOf(stack, ended);
}

async function executions(stack: PlayedStack): Promise<readonly string[]> {
  const stateMachineArn = stack.output('StateMachineArn');
  const listed = await stack.states.send(new ListExecutionsCommand({ stateMachineArn }));
  return (listed.executions ?? []).map(({ executionArn }) => executionArn ?? '');
}

/** Does what should start a run, and reports how the run ended. */
async function started(
  stack: PlayedStack,
  cause: () => Promise<unknown>,
): Promise<string | undefined> {
  const before = new Set(await executions(stack));
  const denied = stack.deniedCalls();
  await cause();
  const look = async () => (await executions(stack)).find((arn) => !before.has(arn));
  const arn = await stack.happens({ what: 'an execution to start', deniedBefore: denied, look });
  if (arn === undefined) return 'no execution was started';
  const ended = await stack.endOf(arn);
  return ended.status === 'SUCCEEDED' ? undefined : await reasonsOf(stack, ended);
}

async function remove(stack: PlayedStack, prefix: string, pattern: RegExp): Promise<void> {
  for (const Key of (await stack.keys(prefix)).filter((key) => pattern.test(key))) {
    await stack.s3.send(new DeleteObjectCommand({ Bucket: stack.outputBucket, Key }));
  }
}

async function leftovers(stack: PlayedStack): Promise<string | undefined> {
  const command = new ListMultipartUploadsCommand({ Bucket: stack.outputBucket });
  const { Uploads = [] } = await stack.s3.send(command);
  const keys = Uploads.map(({ Key }) => Key);
  return keys.length > 0 ? `parts are left behind: ${keys.join(', ')}` : undefined;
}

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
    await stack.run({ source: `s3://${SOURCES}/missing` });
    const failure = await stack.cloud
      .fireSchedule(SCHEDULES.stray, new Date(0))
      .catch((error: unknown) => String(error));
    if (failure !== undefined) return failure;
    const all = await stack.happens({
      what: 'the dead letters of two rules and a schedule',
      deniedBefore: denied,
      look: async () => ((await undeliverable(stack)).size === 3 ? true : undefined),
    });
    return all ? undefined : `dead letters only of ${[...(await undeliverable(stack))].join(', ')}`;
  },
};

const missing: Scenario = {
  name: 'a source is missing',
  play: (stack) => whyNot(stack, { source: `s3://${SOURCES}/missing` }, 'SourceNotFoundError'),
};

/**
 * Waits for what ReportFailure writes about a failed execution: a message, and a report if there is
 * a run.
 */
async function reported(
  stack: PlayedStack,
  deniedBefore: number,
  executionArn: string,
): Promise<string | undefined> {
  const topicArn = stack.output('FailureTopicArn');
  const record = await stack.happens({
    what: `the message about the failure of execution ${executionArn.split(':').at(-1)}`,
    deniedBefore,
    async look() {
      const texts = (await stack.cloud.topicMessages(topicArn)).map(({ message }) => message);
      return texts.find((text) => text.includes(`"executionArn":"${executionArn}"`));
    },
  });
  if (record === undefined) return 'nobody got a message about the failure';
  const { requestContext, responsePayload } = JSON.parse(record);
  if (requestContext.condition !== 'Success') return `no report was made: ${record}`;
  if (typeof responsePayload.report !== 'string') return undefined;
  const report = JSON.parse(String(await stack.read(responsePayload.report)));
  return report.sourceProblem === null ? undefined : `${report.sourceProblem}`;
}

interface Conflict {
  readonly executionArn: string;
  readonly problem: string | undefined;
}

/**
 * Runs a request while a foreign object lies at the key of its first chunk, until that is reported.
 */
async function conflict(stack: PlayedStack, name: string, source: object): Promise<Conflict> {
  const Bucket = stack.outputBucket;
  const Key = `${name}/data/chunk-000000.csv`;
  await stack.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'of someone else' }));
  const output = { uri: `s3://${Bucket}/${name}/` };
  const denied = stack.deniedCalls();
  const executionArn = await stack.startExecution({ source, output });
  const ended = await reasonsOf(stack, await stack.endOf(executionArn));
  const isMeant = isConflictAt(ended, Key);
  const problem = isMeant ? await reported(stack, denied, executionArn) : ended;
  await stack.s3.send(new DeleteObjectCommand({ Bucket, Key }));
  return { executionArn, problem };
}

async function redrive(stack: PlayedStack, executionArn: string): Promise<string | undefined> {
  await stack.states.send(new RedriveExecutionCommand({ executionArn }));
  const ended = await stack.endOf(executionArn);
  return ended.status === 'SUCCEEDED' ? undefined : await reasonsOf(stack, ended);
}

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

const givenUp: Scenario = {
  name: 'the upload of a chunk is given up; that is reported and redriven',
  async play(stack) {
    const uri = await stack.putSource('given-up', writeNpz(WIDE));
    const { executionArn, problem } = await conflict(stack, 'given-up', { uri });
    return problem ?? (await leftovers(stack)) ?? (await redrive(stack, executionArn));
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
  async play(stack) {
    const uri = await stack.putSource('staged', goldenBytes('inputs/fmt-csc.npz'));
    const { executionArn, problem } = await conflict(stack, 'staged', { uri, versionId: 'null' });
    return problem ?? (await redrive(stack, executionArn));
  },
};

const stageFailed: Scenario = {
  name: 'staging fails and is redriven',
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
  givenUp,
  tooLong,
];
