import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';

/** Events of a page: the first look needs all of them, a later one the newest. */
const FIRST_PAGE = 1000;
const LATER_PAGE = 25;

/**
 * Reads the events of an execution after one that is known, in their order. One
 * GetExecutionHistory, more where a page does not hold them.
 *
 * @param after id of the last event that is known; 0 for all events.
 */
export async function readHistory(
  client: SFNClient,
  executionArn: string,
  after: number,
  abortSignal: AbortSignal,
): Promise<readonly HistoryEvent[]> {
  const isFirst = after === 0;
  const read: HistoryEvent[] = [];
  for (let nextToken: string | undefined; ; ) {
    const command = new GetExecutionHistoryCommand({
      executionArn,
      reverseOrder: !isFirst,
      maxResults: isFirst ? FIRST_PAGE : LATER_PAGE,
      nextToken,
    });
    const page = await client.send(command, { abortSignal });
    const { events = [] } = page;
    read.push(...events);
    nextToken = page.nextToken;
    const isKnown = !isFirst && (events.at(-1)?.id ?? 0) <= after + 1;
    if (nextToken === undefined || isKnown) break;
  }
  const fresh = read.filter(({ id = 0 }) => id > after);
  return isFirst ? fresh : fresh.reverse();
}
