import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PRICES } from '#core/cost/prices.ts';
import { parseReport } from './reports.ts';
import { tune } from './tune.ts';
import { findWriter } from './writer.ts';

/** A program with the name and the answers of the AWS CLI: a writer that sends as fast with any. */
const CLI = `#!${process.execPath}
const fs = require('node:fs');
const words = process.argv.slice(2);
const valueOf = (name) => words[words.indexOf(name) + 1];
const file = __dirname + '/calls.jsonl';
const said = () => fs.readFileSync(file, 'utf8').trim().split('\\n').map((line) => JSON.parse(line));
fs.appendFileSync(file, JSON.stringify(words) + '\\n');
const size = () => said().findLast(([, verb]) => verb === 'update-function-configuration')?.at(-3) ?? '512';
const report = (ms) => ({ message: 'REPORT RequestId: 1\\tDuration: 1.5 ms\\tBilled Duration: ' + ms + ' ms\\tMemory Size: ' + size() + ' MB\\tMax Memory Used: 117 MB\\t\\n' });
const answers = {
  'describe-stacks': () => ({ Stacks: [{ Outputs: [
    { OutputKey: 'StateMachineArn', OutputValue: 'arn:machine' },
    { OutputKey: 'OutputBucketName', OutputValue: 'out' } ] }] }),
  'describe-stack-resources': () => ({ StackResources: [
    { ResourceType: 'AWS::IAM::Role', LogicalResourceId: 'FanoutFunctionsWriteFunctionRole', PhysicalResourceId: 'no' },
    { ResourceType: 'AWS::Lambda::Function', LogicalResourceId: 'FanoutFunctionsWriteFunction1', PhysicalResourceId: 'writer' } ] }),
  'get-function-configuration': () => ({ MemorySize: 512, LoggingConfig: { LogGroup: 'logs' } }),
  'update-function-configuration': () => ({}),
  wait: () => undefined,
  'start-execution': () => ({ executionArn: 'arn:execution' }),
  'describe-execution': () => valueOf('--execution-arn') === 'arn:execution' && fs.existsSync(__dirname + '/fails')
    ? { status: 'FAILED', error: 'RequestError', cause: 'no' }
    : { status: 'SUCCEEDED', output: JSON.stringify({ totals: { chunks: 2 } }) },
  'filter-log-events': () => ({ events: [{ message: 'START' }, report(1000), report(3000)] }),
};
const answer = answers[words[1]]();
if (answer !== undefined) console.log(JSON.stringify(answer));
`;

let directory: string;
const path = process.env['PATH'];

async function calls(): Promise<string[][]> {
  const text = await readFile(join(directory, 'calls.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tune-'));
  await writeFile(join(directory, 'aws'), CLI);
  await chmod(join(directory, 'aws'), 0o755);
  process.env['PATH'] = `${directory}${delimiter}${path}`;
});
beforeEach(() => rm(join(directory, 'calls.jsonl'), { force: true }));
afterAll(async () => {
  process.env['PATH'] = path;
  await rm(directory, { recursive: true });
});

const tuning = {
  request: { source: 's3://in/x.npz', output: { compression: 'gzip' } },
  ...{ sizes: [512, 1769], prefix: 'tune-1/', pollMilliseconds: 1 },
};

async function sizesSet(): Promise<(string | undefined)[]> {
  const updates = (await calls()).filter(([, verb]) => verb === 'update-function-configuration');
  return updates.map((words) => words[words.indexOf('--memory-size') + 1]);
}

describe('tuning the memory of the writers', () => {
  it('writes the same chunks with each size, and prices what was billed', async () => {
    const writer = await findWriter('Mine');
    const figures = await Array.fromAsync(tune(writer, tuning));
    expect(figures.map(({ usd: _, ...rest }) => rest)).toEqual(
      [512, 1769].map((memoryMiB) => ({
        ...{ memoryMiB, chunks: 2, billedSeconds: 4, slowestSeconds: 3, usedMiB: 117 },
      })),
    );
    const invocations = 2 * PRICES.lambdaRequest;
    expect(figures[0]?.usd).toBeCloseTo(2 * PRICES.lambdaGbSecond + invocations, 12);
    expect(figures[1]?.usd).toBeCloseTo(
      ((4 * 1769) / 1024) * PRICES.lambdaGbSecond + invocations,
      12,
    );
    const starts = (await calls()).filter(([, verb]) => verb === 'start-execution');
    expect(starts.map((words) => JSON.parse(words[words.indexOf('--input') + 1]!))).toEqual(
      [512, 1769].map((size) => ({
        source: 's3://in/x.npz',
        output: { compression: 'gzip', uri: `s3://out/tune-1/${size}/` },
      })),
    );
  });

  it('gives the writers their memory back, also when a run fails', async () => {
    const writer = await findWriter('Mine');
    await Array.fromAsync(tune(writer, tuning));
    expect(await sizesSet()).toEqual(['512', '1769', '512']);
    await writeFile(join(directory, 'fails'), '');
    await rm(join(directory, 'calls.jsonl'));
    const failing = Array.fromAsync(tune(writer, { ...tuning, sizes: [1024] }));
    await expect(failing).rejects.toThrow('arn:execution is FAILED: RequestError: no');
    expect(await sizesSet()).toEqual(['1024', '512']);
  });
});

it('only REPORT lines are reports', () => {
  expect(parseReport('START RequestId: 1')).toBeUndefined();
  expect(
    parseReport(
      'REPORT RequestId: x\tDuration: 2102.61 ms\tBilled Duration: 2103 ms\tMemory Size: 1024 MB\tMax Memory Used: 99 MB\tInit Duration: 300.1 ms\t',
    ),
  ).toEqual({ billedSeconds: 2.103, memoryMiB: 1024, usedMiB: 99 });
});
