import type { S3Client } from '@aws-sdk/client-s3';
import { PartSink, type UploadTarget } from './part-sink.ts';
import type { StoredObject } from './stored-object.ts';

/**
 * Writes texts or bytes create-only, from pieces of any length, in bounded memory (see {@link PartSink}).
 *
 * @throws {OutputConflictError} a different object is already there.
 */
export async function createObject(
  client: S3Client,
  target: UploadTarget,
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  signal?: AbortSignal,
): Promise<StoredObject> {
  const sink = new PartSink(client, target, { signal });
  const encoder = new TextEncoder();
  try {
    let part = await sink.buffer();
    let filled = 0;
    for await (const piece of pieces) {
      let rest = typeof piece === 'string' ? encoder.encode(piece) : piece;
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
