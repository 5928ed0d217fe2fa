import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { S3Client } from '#aws/clients/s3.ts';
import { PartSink, type SentObject, type UploadTarget } from '#aws/part-sink.ts';
import { type SharedUpload, sendPart } from '#aws/single-upload.ts';
import { PIECE_BYTES, StreamedBody } from '#aws/streamed-body.ts';
import { assertPartBytes } from '#core/outputs/part-bytes.ts';

/** Which part of an upload a file is. */
interface PlacedPart extends Pick<Parameters<typeof assertPartBytes>[0], 'number' | 'isLast'> {
  readonly upload: SharedUpload;
}

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

/** Reads a file to know its length and CRC-32, and hands it to `send` as a body. */
async function asBody(
  path: string,
  send: (body: StreamedBody, crc: number) => Promise<SentObject>,
): Promise<SentObject> {
  let crc = 0;
  let bytes = 0;
  for await (const piece of piecesOf(path)) {
    crc = crc32(piece, crc);
    bytes += piece.length;
  }
  const body = new StreamedBody(bytes, () => piecesOf(path));
  try {
    return await send(body, crc);
  } finally {
    await body.close();
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
  return await asBody(path, (body, crc) =>
    new PartSink(s3, target, { signal }).finish(body, { crc32: crc }),
  );
}

/**
 * Sends a file as a part of an upload, in one request that has its CRC-32. Holds as much as
 * {@link sendFile}.
 *
 * @throws {BoundExceededError} it is too short or too long for a part.
 * @throws {UploadLostError} S3 no longer has the upload.
 */
export async function sendFileAsPart(
  s3: S3Client,
  { upload, ...place }: PlacedPart,
  path: string,
  signal: AbortSignal,
): Promise<SentObject> {
  return await asBody(path, async (body, crc) => {
    const bytes = body.length;
    assertPartBytes({ ...place, bytes });
    const part = { number: place.number, body, bytes, crc32: crc };
    return await sendPart(s3, upload, part, signal);
  });
}
