import type { S3Client } from '#aws/clients/s3.ts';
import { copyPart } from '#aws/copy-part.ts';
import { deleteObjects } from '#aws/delete-objects.ts';
import { figuresOf } from '#aws/request-counter.ts';
import {
  abortUpload,
  beginUpload,
  completeUpload,
  type SharedUpload,
  type StoredPart,
  sendPart,
} from '#aws/single-upload.ts';
import { pinObject } from '#cli/sources/s3-client.ts';
import { inOrder } from '#core/bytes/in-order.ts';
import { combineCrc32, crc32Base64 } from '#core/checksum/crc32.ts';
import type { Figures } from '#core/checksum/figures.ts';
import { BoundExceededError, SourceChangedError } from '#core/errors.ts';
import { type JoinedPart, type PartBounds, planParts } from './plan-parts.ts';

/** Requests under way at once. */
const AT_ONCE = 16;

/** Keys that one request removes. */
const KEYS_AT_ONCE = 1_000;

/** An object to join. */
export interface JoinedObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
}

/** Where the joined object goes. */
export interface JoinTarget {
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
}

/** What S3 takes: the bounds of a part, and how many an object may have. */
export interface JoinBounds extends PartBounds {
  readonly parts: number;
}

/** What was done. */
export interface Joined extends Figures {
  /** Without quotes. */
  readonly etag: string;
  readonly parts: number;
  /** Bytes that came here, because they were too short to be copied. */
  readonly gatheredBytes: number;
}

/** Joins objects that S3 takes as one upload. */
class Join {
  readonly #client: S3Client;
  readonly #signal: AbortSignal;
  readonly #objects: readonly JoinedObject[];

  constructor(client: S3Client, objects: readonly JoinedObject[], signal: AbortSignal) {
    this.#client = client;
    this.#objects = objects;
    this.#signal = signal;
  }

  async part(upload: SharedUpload, part: JoinedPart, number: number): Promise<StoredPart> {
    if (part.kind === 'gathered') return await this.#sendGathered(upload, part.pieces, number);
    const from = this.#objects[part.object]!;
    const { offset, length } = part;
    const isWhole = length === from.bytes;
    const copied = { number, from, offset, length, isWhole };
    return await copyPart(this.#client, upload, copied, this.#signal);
  }

  async #sendGathered(
    upload: SharedUpload,
    pieces: Extract<JoinedPart, { kind: 'gathered' }>['pieces'],
    number: number,
  ): Promise<StoredPart> {
    const bodies: Uint8Array[] = [];
    for (const { object, offset, length } of pieces) {
      const { bucket, key, etag } = this.#objects[object]!;
      const uri = `s3://${bucket}/${key}`;
      const source = await pinObject(this.#client, uri, this.#signal);
      if (source.etag !== etag) {
        throw new SourceChangedError(`${uri} is not the object that the manifest lists`);
      }
      bodies.push(await source.read({ offset, length }));
    }
    const body = Buffer.concat(bodies);
    const { bytes, crc32 } = figuresOf(body);
    const part = { number, body, bytes, crc32 };
    const { etag } = await sendPart(this.#client, upload, part, this.#signal);
    return { number, bytes, etag, crc32Base64: crc32Base64(crc32) };
  }
}

function crcOf({ crc32Base64: crc = '' }: StoredPart): number {
  return Buffer.from(crc, 'base64').readUInt32BE();
}

function wholeOf(parts: readonly StoredPart[]): Figures {
  return parts.reduce(
    (whole, part) => ({
      bytes: whole.bytes + part.bytes,
      crc32: combineCrc32(whole.crc32, crcOf(part), part.bytes),
    }),
    { bytes: 0, crc32: 0 },
  );
}

function gatheredBytes(parts: readonly JoinedPart[]): number {
  const pieces = parts.flatMap((part) => (part.kind === 'gathered' ? part.pieces : []));
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

async function joinAtOnce(
  client: S3Client,
  { objects, parts }: { readonly objects: readonly JoinedObject[]; readonly parts: JoinedPart[] },
  target: JoinTarget,
  { signal, check }: JoinOptions,
): Promise<Joined> {
  const join = new Join(client, objects, signal);
  const upload = { ...target, id: await beginUpload(client, target) };
  try {
    const tasks = parts.map((part, at) => () => join.part(upload, part, at + 1));
    const stored = await Array.fromAsync(inOrder(tasks, AT_ONCE));
    const whole = wholeOf(stored);
    check?.(whole);
    const { etag } = await completeUpload(client, upload, whole, [stored]);
    return { ...whole, etag, parts: parts.length, gatheredBytes: gatheredBytes(parts) };
  } catch (error) {
    await abortUpload(client, upload).catch(() => undefined);
    throw error;
  }
}

/** Cuts objects into groups, each of which becomes one object by so many parts at most. */
function* groupsOf(
  objects: readonly JoinedObject[],
  { parts: mostParts, most }: JoinBounds,
): Generator<readonly JoinedObject[]> {
  let group: JoinedObject[] = [];
  let parts = 0;
  for (const object of objects) {
    // What is gathered before it is one more.
    const own = Math.max(1, Math.ceil(object.bytes / most)) + 1;
    if (group.length > 0 && parts + own > mostParts) {
      yield group;
      group = [];
      parts = 0;
    }
    group.push(object);
    parts += own;
  }
  yield group;
}

/** How objects are joined. */
export interface JoinOptions {
  readonly bounds: JoinBounds;
  readonly signal: AbortSignal;
  /** Throws if the whole is not what it should be; asked before it is made. */
  readonly check?: ((whole: Figures) => void) | undefined;
}

/** Joins more objects than one upload has parts: groups of them first, which are removed again. */
async function joinGroups(
  client: S3Client,
  objects: readonly JoinedObject[],
  target: JoinTarget,
  options: JoinOptions,
): Promise<Joined> {
  const groups: JoinedObject[] = [];
  const { bounds, signal } = options;
  const planned = [...groupsOf(objects, bounds)];
  if (planned.length >= objects.length) {
    const bytes = objects.reduce((sum, object) => sum + object.bytes, 0);
    throw new BoundExceededError(
      `the objects have ${bytes} bytes, and one object at most ${bounds.parts} parts of ${bounds.most}; join fewer of them`,
    );
  }
  try {
    for (const group of planned) {
      const key = `${target.key}.joining-${String(groups.length).padStart(6, '0')}`;
      const place = { ...target, key };
      const { bytes, etag } = await joinObjects(client, group, place, { bounds, signal });
      groups.push({ bucket: target.bucket, key, bytes, etag });
    }
    return await joinObjects(client, groups, target, options);
  } finally {
    const keys = groups.map(({ key }) => key);
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      await deleteObjects(client, target.bucket, keys.slice(at, at + KEYS_AT_ONCE));
    }
  }
}

/**
 * Joins objects in their order into one, create-only, with the CRC-32 of all as S3's own. S3 copies
 * them; only what is shorter than a part comes here.
 *
 * Memory: sixteen gathered parts of at most 15 MiB.
 *
 * @throws {SourceChangedError} an object is gone, or another one.
 * @throws {OutputConflictError} something else lies at the key.
 * @throws {BoundExceededError} they are more than an object holds.
 */
export async function joinObjects(
  client: S3Client,
  objects: readonly JoinedObject[],
  target: JoinTarget,
  options: JoinOptions,
): Promise<Joined> {
  const sizes = objects.map(({ bytes }) => bytes);
  const parts = [...planParts(sizes, options.bounds)];
  if (parts.length > options.bounds.parts) {
    return await joinGroups(client, objects, target, options);
  }
  return await joinAtOnce(client, { objects, parts }, target, options);
}
