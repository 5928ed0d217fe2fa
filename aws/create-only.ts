import type { S3Client } from '@aws-sdk/client-s3';
import { PartSink, type UploadTarget } from './part-sink.ts';
import type { StoredObject } from './stored-object.ts';

/** Pieces of any length, of a text or of its bytes. */
type Pieces = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** Objects up to this size are written without a part buffer of 16 MiB. Most texts are shorter. */
const SMALL_BYTES = 64 * 1024;

async function writeInto(sink: PartSink, pieces: Pieces): Promise<StoredObject> {
  const encoder = new TextEncoder();
  try {
    let part: Uint8Array = new Uint8Array(SMALL_BYTES);
    let filled = 0;
    for await (const piece of pieces) {
      let rest = typeof piece === 'string' ? encoder.encode(piece) : piece;
      if (part.length === SMALL_BYTES && filled + rest.length > SMALL_BYTES) {
        const small = part.subarray(0, filled);
        part = await sink.buffer();
        part.set(small);
      }
      while (rest.length > part.length - filled) {
        const room = part.length - filled;
        part.set(rest.subarray(0, room), filled);
        rest = rest.subarray(room);
        sink.send(part);
        part = await sink.buffer();
        filled = 0;
      }
      part.set(rest, filled);
      filled += rest.length;
    }
    return await sink.finish(part.subarray(0, filled));
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/**
 * Writes an object create-only from pieces of any length. Memory is bounded, see {@link PartSink}.
 *
 * @throws {OutputConflictError} a different object is already there.
 * @example
 * const place = { bucket: 'bucket', key: 'out/plan.jsonl' };
 * const target = { ...place, contentType: 'application/jsonl' };
 * const stored = await createObject(createS3Client(), target, ['one line\n', 'another line\n']);
 * console.log(stored.etag, stored.existed);
 */
export async function createObject(
  client: S3Client,
  target: UploadTarget,
  pieces: Pieces,
  signal?: AbortSignal,
): Promise<StoredObject> {
  return await writeInto(new PartSink(client, target, { signal }), pieces);
}

/**
 * Writes an object as {@link createObject} does, but replaces an object that must still be there.
 *
 * @param target its `replaces` is the ETag of the object to replace, without quotes.
 * @throws {OutputConflictError} neither that object nor one equal to the new one is there.
 */
export async function replaceObject(
  client: S3Client,
  target: UploadTarget & { readonly replaces: string },
  pieces: Pieces,
  signal?: AbortSignal,
): Promise<StoredObject> {
  const { replaces } = target;
  return await writeInto(new PartSink(client, target, { signal, replaces }), pieces);
}
