import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { S3Client } from '#aws/clients.ts';
import { PartSink, type SentObject, type UploadTarget } from '#aws/part-sink.ts';
import { PIECE_BYTES, StreamedBody } from '#aws/streamed-body.ts';

function piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(path, { highWaterMark: PIECE_BYTES });
  return (async function* () {
    for await (const piece of stream) yield piece as Uint8Array;
  })();
}

/**
 * Sends a file of at most 5 GiB as one create-only request, which has its CRC-32. Holds a few
 * pieces of 128 KiB.
 *
 * @throws {OutputConflictError} a different object is there.
 */
export async function sendFile(
  s3: S3Client,
  target: UploadTarget,
  path: string,
  signal: AbortSignal,
): Promise<SentObject> {
  let crc = 0;
  let bytes = 0;
  for await (const piece of piecesOf(path)) {
    crc = crc32(piece, crc);
    bytes += piece.length;
  }
  const body = new StreamedBody(bytes, () => piecesOf(path));
  try {
    return await new PartSink(s3, target, { signal }).finish(body, { crc32: crc });
  } finally {
    await body.close();
  }
}
