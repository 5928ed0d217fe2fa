import type { S3Client } from '@aws-sdk/client-s3';
import { inOrder } from '#core/bytes/in-order.ts';
import { ManifestError } from '#core/errors.ts';
import { attemptIn, type ListedSet, sinceOf } from '#core/manifest/generations.ts';
import type { ManifestHead } from '#core/manifest/manifest.ts';
import { objectsKey, objectsOfManyKey, outputUri } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import { TakenIn } from '#core/tables/inbox/taken-in.ts';
import { parsePin, parsePins } from '#core/tables/run/object-list.ts';
import { createObject } from './create-only.ts';
import { linesOf, type OpenObject, openObject } from './objects.ts';

/** Generations whose lists are joined, so that a tick reads few objects after many of them. */
const JOINED = 100;

const READS_AT_ONCE = 8;

/** The output of an inbox, and what its latest manifest says of it. */
export interface TakenInBy {
  readonly location: OutputLocation;
  /** Absent where nothing is in it. */
  readonly latest: (ListedSet & Pick<ManifestHead, 'generation'>) | undefined;
}

async function bytesAt(
  s3: S3Client,
  bucket: string,
  key: string,
  signal?: AbortSignal,
): Promise<Buffer | undefined> {
  const object = await openObject(s3, { bucket, key }, signal);
  return object && Buffer.concat(await Array.fromAsync(object.body));
}

/** Reads the lists of objects that the generations of an output were made of. */
class ObjectLists {
  readonly #s3: S3Client;
  readonly #output: TakenInBy;
  readonly #signal: AbortSignal | undefined;

  constructor(s3: S3Client, output: TakenInBy, signal?: AbortSignal) {
    this.#s3 = s3;
    this.#output = output;
    this.#signal = signal;
  }

  /** The lists of generations `from <= g <= to`, in their order. */
  async *each(from: number, to: number): AsyncGenerator<Buffer> {
    const { location, latest } = this.#output;
    const { bucket, prefix } = location;
    const ordinals = Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
    const tasks = ordinals.map((generation) => async () => {
      const attempt = latest === undefined ? 1 : attemptIn(latest, generation);
      const key = objectsKey(prefix, generation, attempt);
      const list = await bytesAt(this.#s3, bucket, key, this.#signal);
      // Rows that were overwritten may have come from a matrix, which has no list.
      if (list !== undefined || generation < sinceOf(latest!)) return list;
      throw new ManifestError(
        `${outputUri(location, key)} is missing, which says what generation ${generation} has, so an inbox could take it in twice; restore the object that was written`,
      );
    });
    for await (const list of inOrder(tasks, READS_AT_ONCE)) if (list !== undefined) yield list;
  }

  /** The joined lists of the generations up to a whole multiple of {@link JOINED}, if there. */
  async joined(upTo: number): Promise<OpenObject | undefined> {
    const { bucket, prefix } = this.#output.location;
    const key = objectsOfManyKey(prefix, upTo);
    return await openObject(this.#s3, { bucket, key }, this.#signal);
  }
}

/** The last generation of each hundred that is complete. */
function hundreds({ latest }: TakenInBy): readonly number[] {
  const whole = Math.floor((latest?.generation ?? 0) / JOINED);
  return Array.from({ length: whole }, (_, at) => (at + 1) * JOINED);
}

/** What is in an output, and which of its lists can be joined. */
export interface ReadTakenIn {
  readonly taken: TakenIn;
  /** The last generation of each hundred whose lists are not joined yet. */
  readonly unjoined: readonly number[];
}

/**
 * Reads which objects are in an output: all that any of its generations was made of, by the lists
 * that stay beside their plans. One GET for each hundred generations that are joined, and for each
 * other generation.
 *
 * @throws {ManifestError} a list was removed.
 */
export async function readTakenIn(
  s3: S3Client,
  output: TakenInBy,
  signal?: AbortSignal,
): Promise<ReadTakenIn> {
  const taken = new TakenIn();
  const unjoined: number[] = [];
  const lists = new ObjectLists(s3, output, signal);
  const add = (list: Buffer) => {
    for (const pin of parsePins(list)) taken.add(pin);
  };
  const whole = hundreds(output);
  for (const upTo of whole) {
    const joined = await lists.joined(upTo);
    if (joined === undefined) {
      unjoined.push(upTo);
      for await (const list of lists.each(upTo - JOINED + 1, upTo)) add(list);
    } else {
      // It may be far larger than what is kept of it.
      for await (const line of linesOf(joined)) taken.add(parsePin(line));
    }
  }
  const { generation = 0 } = output.latest ?? {};
  for await (const list of lists.each((whole.at(-1) ?? 0) + 1, generation)) add(list);
  return { taken, unjoined };
}

/** Joins the lists of hundreds of generations, create-only. Each is joined once. */
export async function joinLists(
  s3: S3Client,
  output: TakenInBy & Pick<ReadTakenIn, 'unjoined'>,
  signal?: AbortSignal,
): Promise<void> {
  const lists = new ObjectLists(s3, output, signal);
  const { bucket, prefix } = output.location;
  for (const upTo of output.unjoined) {
    const key = objectsOfManyKey(prefix, upTo);
    const target = { bucket, key, contentType: 'application/x-ndjson' };
    await createObject(s3, target, lists.each(upTo - JOINED + 1, upTo), signal);
  }
}
