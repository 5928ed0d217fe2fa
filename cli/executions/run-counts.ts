import { DescribeMapRunCommand, type SFNClient } from '@aws-sdk/client-sfn';

/** Children of a Map Run, as DescribeMapRun counts them. */
export interface MapCounts {
  readonly done: number;
  readonly running: number;
  readonly failed: number;
  readonly redrives: number;
}

export const NO_COUNTS: MapCounts = { done: 0, running: 0, failed: 0, redrives: 0 };

/**
 * Counts the children of a Map Run. Its `total` is not used: it grows as children are started.
 * One DescribeMapRun, of which AWS allows one per second.
 */
export async function countChildren(
  client: SFNClient,
  mapRunArn: string,
  abortSignal: AbortSignal,
): Promise<MapCounts> {
  const command = new DescribeMapRunCommand({ mapRunArn });
  const { itemCounts, redriveCount = 0 } = await client.send(command, { abortSignal });
  const { succeeded = 0, running = 0, failed = 0, timedOut = 0, aborted = 0 } = itemCounts ?? {};
  return { done: succeeded, running, failed: failed + timedOut + aborted, redrives: redriveCount };
}
