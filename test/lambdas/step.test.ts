import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { RequestError, TimeoutSoonError } from '#core/errors.ts';
import { environment } from '#lambdas/shared/environment.ts';
import { lambdaHandler, type Step } from '#lambdas/shared/step.ts';
import { TryMeter } from '#lambdas/shared/try-meter.ts';
import { lambdaContext } from '#support/lambda-context.ts';

/** Logs and metrics of a function, kept from the test's own output. */
const instruments = {
  logger: new Logger({ logLevel: 'SILENT' }),
  metrics: new Metrics({ namespace: 'test' }),
  meter: new TryMeter(),
};

function parseNumber(event: unknown): number {
  if (typeof event === 'number') return event;
  throw new RequestError([`a number is wanted, got ${JSON.stringify(event)}`]);
}

function handle(step: Step<number, number>, event: unknown, remaining: number): Promise<number> {
  const handler = lambdaHandler(step, parseNumber, instruments);
  return handler(event, lambdaContext(remaining));
}

const MINUTE = 60_000;

/** Lets a wait of a module pass at once. @returns how long it would have been, milliseconds. */
function skipWaits(): readonly number[] {
  const waits: number[] = [];
  vi.spyOn(timers, 'setTimeout').mockImplementation(async (milliseconds = 0) => {
    waits.push(milliseconds);
    return undefined as never;
  });
  syncBuiltinESMExports();
  onTestFinished(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });
  return waits;
}

describe('lambdaHandler', () => {
  it('hands the parsed event to the step and answers with its result', async () => {
    expect(await handle(async (n) => n + 1, 41, MINUTE)).toBe(42);
  });

  it('fails by name on an event that does not parse, before the step is called', async () => {
    let called = false;
    const step = async (n: number) => {
      called = true;
      return n;
    };
    await expect(handle(step, 'x', MINUTE)).rejects.toThrow(RequestError);
    expect(called).toBe(false);
  });

  it('lets the step know when less than a minute is left', async () => {
    const isUp = async (remaining: number) => {
      let answer: boolean | undefined;
      const step = async (n: number, _: AbortSignal, isTimeUp?: () => boolean) => {
        answer = isTimeUp?.();
        return n;
      };
      await handle(step, 1, remaining);
      return answer;
    };
    expect(await isUp(MINUTE + 5000)).toBe(false);
    expect(await isUp(MINUTE - 1)).toBe(true);
  });

  it('passes on the name of the error that the step throws', async () => {
    const step = async () => {
      throw new RangeError('no');
    };
    await expect(handle(step, 1, MINUTE)).rejects.toMatchObject({ name: 'RangeError' });
  });

  it('aborts the step ten seconds before Lambda would kill it, and lets it clean up', async () => {
    const step = (_: number, signal: AbortSignal) =>
      new Promise<number>((_resolve, reject) => {
        signal.addEventListener('abort', () =>
          setTimeout(() => reject(new TimeoutSoonError('cleaned up')), 20),
        );
      });
    await expect(handle(step, 1, 10_050)).rejects.toThrow('cleaned up');
  });

  it('fails with TimeoutSoonError when the step passes on what its signal stopped', async () => {
    const step = (_: number, signal: AbortSignal) =>
      new Promise<number>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    await expect(handle(step, 1, 10_050)).rejects.toThrow(TimeoutSoonError);
  });

  it('keeps an error of our own that a step out of time throws', async () => {
    const step = (_: number, signal: AbortSignal) =>
      new Promise<number>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new RequestError(['no'])));
      });
    await expect(handle(step, 1, 10_050)).rejects.toThrow(RequestError);
  });

  it('fails with TimeoutSoonError even when the step does not end', async () => {
    const waits = skipWaits();
    const stuck = () => new Promise<number>(() => {});
    await expect(handle(stuck, 1, 10_050)).rejects.toThrow(TimeoutSoonError);
    expect(waits).toEqual([8_000]);
  });
});

describe('environment', () => {
  it('fails on a variable that the stack did not set, and names it', () => {
    expect(() => environment('NOT_SET_ANYWHERE')).toThrow(/NOT_SET_ANYWHERE is not set/);
  });
});
