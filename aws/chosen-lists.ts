import type { S3Client } from '@aws-sdk/client-s3';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { chosenKey } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import { openObject } from './objects.ts';

/** The lists of objects that an inbox has chosen for a generation. */
export interface ChosenLists {
  readonly first: readonly SourcePin[];
  /** The one that counts: ticks go on with it. */
  readonly latest: readonly SourcePin[];
  /** Which attempt the latest list is, from 1. */
  readonly attempt: number;
}

/** Reads the lists of all attempts of a generation, one GET each; undefined if there is none. */
export async function readChosen(
  s3: S3Client,
  { bucket, prefix }: OutputLocation,
  generation: number,
  signal?: AbortSignal,
): Promise<ChosenLists | undefined> {
  let lists: ChosenLists | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const key = chosenKey(prefix, generation, attempt);
    const object = await openObject(s3, { bucket, key }, signal);
    if (object === undefined) return lists;
    const latest = parsePins(Buffer.concat(await Array.fromAsync(object.body)));
    lists = { first: lists?.first ?? latest, latest, attempt };
  }
}
