import { type Arrival, MAX_WAITING } from '#core/tables/inbox/choose-arrivals.ts';
import type { TakenIn } from '#core/tables/inbox/taken-in.ts';
import type { S3Client } from './clients/s3.ts';
import { listArrivals } from './list-arrivals.ts';

/** What of an inbox is to be listed. */
export interface ListedInbox {
  /** URI of a folder. */
  readonly uri: string;
  readonly taken: TakenIn;
  /** Objects after which nothing is listed. @default 200,000 */
  readonly most?: number;
}

/** What lies in an inbox, as far as it was listed. */
export interface WaitingIn {
  /** What no generation has, in the order of its keys. */
  readonly waiting: readonly Arrival[];
  /** URIs of those of which other bytes are in. */
  readonly replaced: readonly string[];
  /** Objects that are in. */
  readonly in: number;
  /** Whether more waits behind the last of them. */
  readonly more: boolean;
}

/**
 * Lists what waits in an inbox in the order of its keys, until there is twice what one batch takes:
 * the rest is left for later ticks. One LIST request per thousand objects.
 *
 * Holds 260 bytes for each object that waits, at most 200,000.
 */
export async function readWaiting(
  s3: S3Client,
  { uri, taken, most = MAX_WAITING }: ListedInbox,
  signal?: AbortSignal,
): Promise<WaitingIn> {
  const waiting: Arrival[] = [];
  const replaced: string[] = [];
  let known = 0;
  for await (const arrival of listArrivals(s3, uri, signal)) {
    if (taken.has(arrival)) {
      known += 1;
      continue;
    }
    if (waiting.length === most) return { waiting, replaced, in: known, more: true };
    waiting.push(arrival);
    if (taken.hadOthers(arrival)) replaced.push(arrival.uri);
  }
  return { waiting, replaced, in: known, more: false };
}
