import { randomUUID } from 'node:crypto';
import type { LambdaResult } from '@sparse-fanout/local-cloud/stepfunctions/services.ts';
import type { VirtualClock } from '@sparse-fanout/local-cloud/testing/virtual-clock.ts';

/** How a recorded function behaves. */
export interface Behaviour {
  readonly behaviour: 'echo' | 'return' | 'returnRaw' | 'throw' | 'sleep';
  readonly value?: unknown;
  readonly body?: string;
  readonly repeat?: string;
  readonly count?: number;
  readonly errorType?: string;
  readonly errorMessage?: string;
  readonly stackTrace?: readonly string[];
  readonly seconds?: number;
}

function result(payload: string): LambdaResult {
  return { statusCode: 200, payload, executedVersion: '$LATEST' };
}

function notFound(name: string): Error {
  const arn = `arn:aws:lambda:us-east-1:111111111111:function:${name}:$LATEST`;
  const status = 'Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException';
  const message = `Function not found: ${arn} (${status}; Request ID: ${randomUUID()}; Proxy: null)`;
  return Object.assign(new Error(message), { name: 'ResourceNotFoundException' });
}

function thrown({ errorMessage, errorType, stackTrace }: Behaviour): LambdaResult {
  const error = { errorMessage, errorType, requestId: randomUUID(), stackTrace };
  return { ...result(JSON.stringify(error)), functionError: 'Unhandled' };
}

/** Plays the functions of a recording. */
export function playLambdas(lambdas: Readonly<Record<string, Behaviour>>, clock: VirtualClock) {
  return async (call: { functionName: string; payload: string }): Promise<LambdaResult> => {
    const name = call.functionName.split(':').at(-1) ?? '';
    const played = lambdas[name];
    if (played === undefined) throw notFound(name);
    switch (played.behaviour) {
      case 'echo':
        return result(call.payload);
      case 'return':
        return result(JSON.stringify(played.value));
      case 'returnRaw':
        return result(played.body ?? (played.repeat ?? '').repeat(played.count ?? 0));
      case 'throw':
        return thrown(played);
      case 'sleep':
        await clock.sleep((played.seconds ?? 0) * 1000, new AbortController().signal);
        return result(call.payload);
    }
  };
}
