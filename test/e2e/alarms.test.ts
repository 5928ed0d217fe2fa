import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { METRICS } from '#core/metrics.ts';
import { alarmsOf, firing } from '#support/alarms/alarms-of.ts';
import type { Sample, Samples } from '#support/alarms/evaluate-alarm.ts';
import { goldenBytes } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';
import { templateOf } from '#support/synthesize.ts';

const alarms = alarmsOf(templateOf(() => ({ monitoring: {} })));

/** Minutes that are looked at: far more than a run here takes. */
const MINUTES = 120;

/** Kills writers while its plan is in effect. */
let killed = 0;
const faults = new FaultInjector(() => {
  killed += 1;
});
/** Each try of every chunk of an odd index: none of them completes, whatever their names. */
const HALF = {
  ...{ name: 'half', seed: 7, rate: 1, kinds: ['lambda-killed'] as const },
  about: [1, 3, 5, 7, 9].map((odd) => `${odd},"rowStart"`),
};

let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.start(undefined, faults);
}, patience(30_000));

afterAll(async () => {
  await stack.close();
});

interface Embedded {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

/** Metrics that the functions wrote since a moment, by name, in minutes from then. */
async function embeddedSince(from: number): Promise<Samples> {
  const samples: Record<string, Sample[]> = {};
  const { logDirectory } = stack.cloud;
  for (const file of await readdir(logDirectory)) {
    const lines = (await readFile(join(logDirectory, file), 'utf8')).split('\n');
    for (const line of lines.filter((each) => each.includes('CloudWatchMetrics'))) {
      const entry = JSON.parse(line) as Embedded;
      const { Timestamp, CloudWatchMetrics } = entry._aws;
      if (Timestamp < from) continue;
      const minute = Math.floor((Timestamp - from) / 60_000);
      for (const { Name } of CloudWatchMetrics.flatMap(({ Metrics }) => Metrics)) {
        samples[Name] ??= [];
        for (const value of [entry[Name]].flat())
          samples[Name].push({ minute, value: Number(value) });
      }
    }
  }
  return samples;
}

/** What alarms see of what has happened since a moment; the executions that ended with a status. */
async function samplesSince(from: number, failures: number): Promise<Samples> {
  const own = await embeddedSince(from);
  const named = Object.entries(own).map(([name, samples]) => [
    `SparseFanout ${name} Test/Fanout`,
    samples,
  ]);
  const failedTries = own[METRICS.triesFailed]?.length ?? 0;
  const tries = (own[METRICS.written]?.length ?? 0) + failedTries + killed;
  const writer = (metric: string) => `AWS/Lambda ${metric} <FanoutFunctionsWriteFunction>`;
  const once = (value: number) => [{ minute: 0, value }];
  return {
    ...Object.fromEntries(named),
    [writer('Invocations')]: once(tries),
    // Lambda counts a process that was killed, and it writes no metric.
    [writer('Errors')]: once(failedTries + killed),
    [writer('ConcurrentExecutions')]: once(2),
    'AWS/States ExecutionsFailed <FanoutWorkflowStateMachine>': once(failures),
  };
}

it(
  'a run that is well fires no alarm, one whose chunks are killed does, its redrive not',
  async () => {
    const counts = goldenBytes('inputs/dtype-int64.npz');
    const chunking = { rows: 1 };

    const begun = Date.now();
    await stack.runToSuccess({ source: await stack.putSource('well', counts), chunking });
    const well = await samplesSince(begun, 0);
    expect(Object.keys(well)).toEqual(
      expect.arrayContaining([
        'SparseFanout ChunkSeconds Test/Fanout',
        'SparseFanout PeakMemoryMiB Test/Fanout',
        'SparseFanout PredictionPercent Test/Fanout',
      ]),
    );
    expect(firing(alarms, well, MINUTES)).toEqual([]);

    const bad = Date.now();
    faults.begin(HALF);
    const source = await stack.putSource('killed', counts);
    const executionArn = await stack.startExecution({ source, chunking });
    const { status } = await stack.endOf(executionArn);
    expect(status).toBe('FAILED');
    expect(killed).toBeGreaterThan(5);
    const kills = await samplesSince(bad, 1);
    expect(firing(alarms, kills, MINUTES)).toEqual(['ExecutionsFailed', 'TriesFailed']);

    faults.end(HALF.name);
    killed = 0;
    const again = Date.now();
    await stack.states.send(new RedriveExecutionCommand({ executionArn }));
    await stack.expectSucceeded(executionArn);
    expect(firing(alarms, await samplesSince(again, 0), MINUTES)).toEqual([]);
  },
  patience(120_000),
);
