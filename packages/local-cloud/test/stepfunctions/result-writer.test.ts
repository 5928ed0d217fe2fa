import { describe, expect, test } from 'vitest';
import { exportResults } from '#local/stepfunctions/result-writer.ts';
import { Harness, map, task } from './harness.ts';

const writer = (config?: object, place: object = { Bucket: 'out', Prefix: 'runs/a' }) => ({
  MaxConcurrency: 1,
  ResultWriter: {
    Resource: 'arn:aws:states:::s3:putObject',
    Arguments: place,
    ...(config && { WriterConfig: config }),
  },
});

const functions = {
  work: (item: number) => {
    if (item < 0) throw new Error(`item ${item}`);
    return [item, item];
  },
};

/** Runs a map over `items` and gives what it exported, files by kind. */
async function exported(fields: object, items: readonly number[]) {
  const harness = await Harness.open({ functions });
  const ended = await harness.run({ A: map(task('work'), fields) }, items);
  const [run] = harness.engine.store.mapRuns;
  const root = `runs/a/${run?.mapRunArn.split(':').at(-1)}`;
  const file = (name: string) => harness.objects.get(`out/${root}/${name}`);
  return { harness, ended, run, root, file };
}

test('writes a manifest and gives its place', async () => {
  const { harness, ended, run, root, file } = await exported(writer(), [1]);
  expect(ended.output).toEqual({
    MapRunArn: run?.mapRunArn,
    ResultWriterDetails: { Bucket: 'out', Key: `${root}/manifest.json` },
  });
  expect(harness.json(`out/${root}/manifest.json`)).toEqual({
    DestinationBucket: 'out',
    MapRunArn: run?.mapRunArn,
    ResultFiles: {
      FAILED: [],
      PENDING: [],
      SUCCEEDED: [{ Key: `${root}/SUCCEEDED_0.json`, Size: file('SUCCEEDED_0.json')?.length }],
    },
  });
  expect(run).toMatchObject({
    status: 'SUCCEEDED',
    mapRunArn: expect.stringMatching(
      /^arn:aws:states:us-east-1:111111111111:mapRun:tested\/Mapped:/,
    ),
    itemCounts: { succeeded: 1, total: 1, resultsWritten: 1 },
  });
});

test('describes each child in full without a WriterConfig', async () => {
  const { file } = await exported(writer(), [1]);
  expect(JSON.parse(file('SUCCEEDED_0.json') ?? '')).toEqual([
    {
      ExecutionArn: expect.stringContaining(':execution:tested/Mapped:'),
      Input: '1',
      InputDetails: { Included: true },
      Name: expect.stringMatching(/^[\da-f-]{36}$/),
      Output: '[1,1]',
      OutputDetails: { Included: true },
      RedriveCount: 0,
      StartDate: '2026-01-01T00:00:00.000Z',
      StateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:tested/Mapped',
      Status: 'SUCCEEDED',
      StopDate: '2026-01-01T00:00:00.000Z',
    },
  ]);
});

describe('WriterConfig', () => {
  test.each([
    ['COMPACT', 'JSON', '[[1,1],[2,2]]'],
    ['FLATTEN', 'JSON', '[1,1,2,2]'],
    ['COMPACT', 'JSONL', '[1,1]\n[2,2]\n'],
    ['FLATTEN', 'JSONL', '1\n1\n2\n2\n'],
  ])('%s %s', async (Transformation, OutputType, text) => {
    const { file } = await exported(writer({ Transformation, OutputType }), [1, 2]);
    expect(file(`SUCCEEDED_0.${OutputType.toLowerCase()}`)).toBe(text);
  });

  test('shapes the output of a state that exports nothing', async () => {
    const harness = await Harness.open({ functions });
    const ResultWriter = { WriterConfig: { Transformation: 'FLATTEN', OutputType: 'JSON' } };
    const { output } = await harness.run({ A: map(task('work'), { ResultWriter }) }, [1, 2]);
    expect(output).toEqual([1, 1, 2, 2]);
  });
});

test('sorts children by how they ended, also when the map run fails', async () => {
  const compact = { Transformation: 'COMPACT', OutputType: 'JSONL' };
  const { ended, file } = await exported(writer(compact), [1, -2, 3, 4]);
  expect(ended.record.error).toBe('States.ExceedToleratedFailureThreshold');
  expect(file('SUCCEEDED_0.jsonl')).toBe('[1,1]\n');
  expect(JSON.parse(file('FAILED_0.jsonl') ?? '')).toMatchObject({ Input: '-2', Status: 'FAILED' });
  const pending = file('PENDING_0.jsonl')?.trim().split('\n') ?? [];
  expect(pending.map((line) => JSON.parse(line))).toMatchObject([
    { Input: '3', Status: 'PENDING' },
    { Input: '4', Status: 'PENDING' },
  ]);
});

test('fails with States.ResultWriterFailed when S3 refuses', async () => {
  const harness = await Harness.open({ functions });
  const fields = writer(undefined, { Bucket: 'forbidden', Prefix: 'x' });
  const { record } = await harness.run({ A: map(task('work'), fields) }, [1]);
  expect(record.error).toBe('States.ResultWriterFailed');
  expect(record.cause).toContain('AccessDenied');
});

test('starts another file when one is full', async () => {
  const { harness, run } = await exported({}, [1, 2, 3]);
  const keys: string[] = [];
  const { mapRunArn } = run ?? { mapRunArn: '' };
  await exportResults(
    {
      services: {
        invokeLambda: () => Promise.reject(new Error('unused')),
        readObject: () => Promise.reject(new Error('unused')),
        writeObject: async ({ key }) => void keys.push(key.split('/').at(-1) ?? ''),
        authorize: () => undefined,
      },
      ...{ accessKeyId: 'AKIDROLE', bucket: 'out', prefix: '', mapRunArn, maxFileBytes: 10 },
      writer: { transformation: 'COMPACT', outputType: 'JSON' },
    },
    harness.engine.store.childrenOf(mapRunArn),
  );
  expect(keys).toEqual(['SUCCEEDED_0.json', 'SUCCEEDED_1.json', 'manifest.json']);
});
