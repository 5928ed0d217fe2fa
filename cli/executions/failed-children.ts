import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { causeSentence } from '#core/failure/cause-sentence.ts';
import { chunkOf } from './child-chunk.ts';

/** A child of a Map that failed. */
export interface FailedChunk {
  /** Which chunk it writes; null where its input does not say. */
  readonly chunk: number | null;
  readonly name: string;
  readonly message: string;
}

/** Failed children that are named; failures.json has the others. */
const NAMED = 5;

/** Reads why the first children of a Map Run failed. One ListExecutions, one Describe for each. */
export async function failedChildren(
  client: SFNClient,
  mapRunArn: string,
  abortSignal: AbortSignal,
): Promise<readonly FailedChunk[]> {
  const list = new ListExecutionsCommand({
    ...{ mapRunArn, statusFilter: 'FAILED', maxResults: NAMED },
  });
  const { executions = [] } = await client.send(list, { abortSignal });
  const described = await Promise.all(
    executions.map(({ executionArn }) =>
      client.send(new DescribeExecutionCommand({ executionArn }), { abortSignal }),
    ),
  );
  return described.map(({ input, error, cause }) => ({
    chunk: chunkOf(input),
    name: error ?? 'States.TaskFailed',
    message: causeSentence(cause ?? 'no reason was given'),
  }));
}
