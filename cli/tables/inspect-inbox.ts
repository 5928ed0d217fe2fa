import { readChosen } from '#aws/chosen-lists.ts';
import type { S3Client } from '#aws/clients/s3.ts';
import { readLatest } from '#aws/manifests.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { readTakenIn } from '#aws/taken-in.ts';
import { readWaiting } from '#aws/waiting-in.ts';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { formatBytes, formatCount, formatCounted } from '#cli/frame/format-figures.ts';
import { inboxRequestOf } from '#cli/options/inbox-request.ts';
import type { GivenRequest } from '#cli/options/request-file.ts';
import { withS3Client } from '#cli/sources/s3-client.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { parseTableRequest, type TableRequest } from '#core/request/table-request.ts';
import { summedUp } from '#core/tables/inbox/choose-arrivals.ts';
import { BatchChooser } from '#tables/choose-batch.ts';
import type { SetAside } from '#tables/judge-arrivals.ts';
import { labelled } from './describe-table.ts';

/** Objects of each sort that are named. */
const MAX_NAMED = 20;

/** What is known of an inbox. */
interface Seen {
  readonly inbox: string;
  readonly output: string;
  /** Generations of the output that are complete. */
  readonly generations: number;
  /** Objects of a list whose generation is not in the output yet; null if there is none. */
  readonly unfinished: number | null;
  /** Objects of the inbox that are in. */
  readonly in: number;
  /** Whether more waits behind those that a tick lists, which are counted here. */
  readonly more: boolean;
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly oldest: string | null;
  /** Objects that a tick would take in now. */
  readonly due: number;
  /** Those that wait under a key of which other bytes are in. */
  readonly replaced: readonly string[];
  readonly setAside: readonly SetAside[];
}

/** Looks at an inbox as a tick does, and writes nothing. */
export async function lookAtInbox(
  s3: S3Client,
  request: TableRequest,
  signal: AbortSignal,
): Promise<Seen> {
  const { source, schema, columns, onBadRow, place } = request;
  const rules = source.inbox!;
  const { bucket, key: prefix } = parseS3Uri(place.uri!);
  const location = { bucket, prefix };
  const latest = (await readLatest(s3, location, signal))?.head;
  const generations = latest?.generation ?? 0;
  const { taken } = await readTakenIn(s3, { location, latest }, signal);
  const listed = await readWaiting(s3, { uri: rules.uri, taken }, signal);
  const chosen = await readChosen(s3, location, generations + 1, signal);
  const store = s3ObjectStore(s3, signal);
  const asked = { source, schema: schema!, columns, onBadRow };
  const options = { rules, store, now: Date.now() };
  const batch = await new BatchChooser(listed.waiting, asked, options).choose();
  const { objects, bytes, oldest } = summedUp(listed.waiting);
  return {
    ...{ inbox: rules.uri, output: place.uri!, generations },
    unfinished: chosen?.latest.length ?? null,
    ...listed,
    ...{ waiting: objects, waitingBytes: bytes, oldest },
    due: batch.pins.length,
    setAside: [...batch.setAside, ...(chosen?.faults ?? [])],
  };
}

function prose(seen: Seen): string {
  const { generations, unfinished, oldest, due, replaced, setAside } = seen;
  const more = seen.more ? ' and more' : '';
  const since = oldest === null ? '' : `, the oldest since ${oldest}`;
  return labelled([
    ['inbox', seen.inbox],
    ['output', `${seen.output}, ${formatCounted(generations, 'generation')}`],
    ...(unfinished === null
      ? []
      : [['pending', `generation ${generations + 1} of ${formatCounted(unfinished, 'object')}`]]),
    ['in', `${formatCounted(seen.in, 'object')}`],
    [
      'waiting',
      `${formatCount(seen.waiting)}${more} objects, ${formatBytes(seen.waitingBytes)}${since}`,
    ],
    ['due', `${formatCounted(due, 'object')}`],
    ...replaced
      .slice(0, MAX_NAMED)
      .map((uri) => ['replaced', `${uri} waits; other bytes of it are in`]),
    ...setAside.slice(0, MAX_NAMED).map(({ problem }) => ['aside', problem]),
  ] as [string, string][]).join('\n');
}

/** `inspect` of a request with an inbox: what is in, what waits, and what cannot be taken in. */
export async function inspectInbox(given: GivenRequest, io: CommandIo): Promise<void> {
  const request = parseTableRequest(inboxRequestOf(given));
  const seen = await withS3Client((s3) => lookAtInbox(s3, request, io.signal));
  await printResult(io, seen, prose(seen));
}
