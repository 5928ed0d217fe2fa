import type { Readable } from 'node:stream';
import type { BusyTime } from './busy-time.ts';
import type { S3Client } from './clients/s3.ts';

/** How long requests were under way: those that read, and those that write. */
export interface RequestTimes {
  readonly read: BusyTime;
  readonly send: BusyTime;
}

const READS: readonly string[] = ['GET', 'HEAD'];

/** The body of an answer, as long as it can be read; undefined where it is none. */
function streamOf(output: unknown): Readable | undefined {
  const { Body: body } = output as { readonly Body?: Readable };
  return typeof body?.once === 'function' ? body : undefined;
}

/**
 * Measures the requests of a client: each from its first try to its last byte, with what the SDK
 * waits between tries.
 */
export function timeRequests(client: S3Client, times: RequestTimes): S3Client {
  client.middlewareStack.add(
    (next) => async (args) => {
      const { method } = args.request as { readonly method: string };
      const end = (READS.includes(method) ? times.read : times.send).begin();
      try {
        const answer = await next(args);
        const body = streamOf(answer.output);
        if (body === undefined) end();
        else body.once('close', end);
        return answer;
      } catch (error) {
        end();
        throw error;
      }
    },
    { step: 'build', name: 'timeRequests' },
  );
  return client;
}
