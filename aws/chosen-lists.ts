import type { S3Client } from '@aws-sdk/client-s3';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { chosenKey, faultKey } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import type { InboxObject } from '#core/tables/inbox/taken-in.ts';
import { type ObjectFault, parseFault } from '#core/tables/run/object-fault.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import { openObject } from './objects.ts';

/** An object of a list that its writers found to be at fault, and why. */
export type FaultyObject = InboxObject & ObjectFault;

/** The lists of objects that an inbox has chosen for a generation. */
export interface ChosenLists {
  /** Of all attempts. */
  readonly faults: readonly FaultyObject[];
  readonly first: readonly SourcePin[];
  /** The one that counts: ticks go on with it. */
  readonly latest: readonly SourcePin[];
  /** Which attempt the latest list is, from 1. */
  readonly attempt: number;
}

/** The object of a list that its writers found to be at fault; none if they did not. */
async function readFault(
  read: (key: string) => Promise<Buffer | undefined>,
  key: string,
  pins: readonly SourcePin[],
): Promise<readonly FaultyObject[]> {
  const text = await read(key);
  if (text === undefined) return [];
  const { uri, problem } = parseFault(text.toString());
  return pins.filter((pin) => pin.uri === uri).map(({ etag }) => ({ uri, etag, problem }));
}

/**
 * Reads the lists of all attempts of a generation, and what their writers found; two GETs each.
 *
 * @returns undefined if there is none.
 */
export async function readChosen(
  s3: S3Client,
  { bucket, prefix }: OutputLocation,
  generation: number,
  signal?: AbortSignal,
): Promise<ChosenLists | undefined> {
  const read = async (key: string) => {
    const object = await openObject(s3, { bucket, key }, signal);
    return object && Buffer.concat(await Array.fromAsync(object.body));
  };
  let lists: ChosenLists | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const text = await read(chosenKey(prefix, generation, attempt));
    if (text === undefined) return lists;
    const latest = parsePins(text);
    const own = await readFault(read, faultKey(prefix, generation, attempt), latest);
    const faults = [...(lists?.faults ?? []), ...own];
    lists = { first: lists?.first ?? latest, latest, attempt, faults };
  }
}
