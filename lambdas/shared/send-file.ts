import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { S3Client } from '#aws/clients.ts';
import { PartSink, type SentObject, type UploadTarget } from '#aws/part-sink.ts';
import { PIECE_BYTES, StreamedBody } from '#aws/streamed-body.ts';

/** Pieces that are held: that which is made, and the last two, which may not have been sent yet. */
const HELD_PIECES = 3;

/** Reads a file in pieces, which lie in a ring of buffers. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const ring = Array.from({ length: HELD_PIECES }, () => Buffer.allocUnsafeSlow(PIECE_BYTES));
  await using file = await open(path);
  for (let piece = 0; ; piece += 1) {
    const buffer = ring[piece % HELD_PIECES]!;
    const { bytesRead } = await file.read(buffer);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/**
 * Sends a file of at most 5 GiB as one create-only request, which has its CRC-32. Holds three
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
