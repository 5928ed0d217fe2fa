import { describe, expect, test } from 'vitest';
import { Harness, MACHINE_ARN, map, task } from './harness.ts';

describe('children', () => {
  test('run as many at once as MaxConcurrency says, and are read no faster', async () => {
    let running = 0;
    let most = 0;
    const busy = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    const harness = await Harness.open({ functions: { busy } });
    const { record } = await harness.run(
      { A: map(task('busy'), { MaxConcurrency: '{% 7 %}' }) },
      Array.from({ length: 50 }, (_, index) => index),
    );
    expect(record.status).toBe('SUCCEEDED');
    expect(most).toBe(7);
  });

  test('retry and catch by themselves', async () => {
    let left = 3;
    const flaky = () => {
      left -= 1;
      if (left > 0) throw new Error('again');
      return 'done';
    };
    const harness = await Harness.open({ functions: { flaky } });
    const child = task('flaky', { Retry: [{ ErrorEquals: ['Error'] }] });
    expect((await harness.run({ A: map(child) }, [1])).output).toEqual(['done']);
  });

  test('are Express when asked to, and time out after five minutes', async () => {
    const harness = await Harness.open();
    const definition = map({ Type: 'Wait', Seconds: 301, End: true });
    definition.ItemProcessor.ProcessorConfig.ExecutionType = 'EXPRESS';
    const { record } = await harness.run({ A: definition }, [1]);
    const [run] = harness.engine.store.mapRuns;
    expect(run?.executionCounts).toMatchObject({ timedOut: 1, total: 1 });
    expect(record.error).toBe('States.ExceedToleratedFailureThreshold');
    for await (const child of harness.engine.store.childrenOf(run?.mapRunArn ?? '')) {
      expect(child.executionArn).toMatch(/:express:tested\/Mapped:[\w-]+:[\w-]+$/);
    }
  });

  test('end as ABORTED when the parent is stopped', async () => {
    const harness = await Harness.open({ functions: { slow: () => new Promise(() => undefined) } });
    harness.create({ A: map(task('slow'), { MaxConcurrency: 2 }) });
    const { executionArn } = await harness.engine.startExecution({
      stateMachineArn: MACHINE_ARN,
      input: '[1,2,3]',
    });
    await expect.poll(() => [...harness.engine.store.mapRuns][0]?.executionCounts.running).toBe(2);
    await harness.engine.stopExecution(executionArn);
    const { types } = await harness.end(executionArn);
    expect(types.slice(-3)).toEqual(['MapRunAborted', 'MapStateAborted', 'ExecutionAborted']);
    const [run] = harness.engine.store.mapRuns;
    expect(run).toMatchObject({ status: 'ABORTED', executionCounts: { aborted: 2, running: 0 } });
  });
});
