import {
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { chunkOf } from './child-chunk.ts';

/** The child of a Map that has run longest. */
export interface SlowestChild {
  /** Which chunk it writes; null where its input does not say. */
  readonly chunk: number | null;
  readonly seconds: number;
  /** Tries so far, with the one that runs. */
  readonly tries: number;
}

/** Children of one list; of more, the slowest of these is found. */
const LISTED = 1000;

/** Events of a try that ended without success. */
const FAILED_TRIES = new Set(['TaskFailed', 'TaskTimedOut', 'LambdaFunctionFailed']);

/**
 * Finds the child of a Map Run that has run longest. One ListExecutions and one
 * GetExecutionHistory.
 *
 * @param now milliseconds since 1970.
 * @returns undefined where none runs, or it has ended meanwhile.
 */
export async function slowestChild(
  client: SFNClient,
  mapRunArn: string,
  now: number,
  abortSignal: AbortSignal,
): Promise<SlowestChild | undefined> {
  const list = new ListExecutionsCommand({
    ...{ mapRunArn, statusFilter: 'RUNNING', maxResults: LISTED },
  });
  const { executions = [] } = await client.send(list, { abortSignal });
  const started = executions.filter(({ startDate }) => startDate !== undefined);
  const [oldest] = started.sort((a, b) => Number(a.startDate) - Number(b.startDate));
  if (oldest?.startDate === undefined) return undefined;
  const { executionArn, startDate } = oldest;
  const history = new GetExecutionHistoryCommand({ executionArn, maxResults: 100 });
  const answer = await client.send(history, { abortSignal }).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  });
  if (answer === undefined) return undefined;
  const { events = [] } = answer;
  const failed = events.filter(({ type = '' }) => FAILED_TRIES.has(type)).length;
  return {
    chunk: chunkOf(events[0]?.executionStartedEventDetails?.input),
    seconds: Math.max(0, Math.round((now - startDate.getTime()) / 1000)),
    tries: failed + 1,
  };
}
