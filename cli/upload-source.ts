import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import type { S3Client } from '#aws/clients.ts';
import { PartSink } from '#aws/part-sink.ts';
import { headObject } from '#aws/stored-object.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { crc32Base64, crc32Hex } from '#core/checksum/crc32.ts';
import { readBlocks } from './read-blocks.ts';

const FOLDER = 'local-run';

async function checksum(source: ByteSource): Promise<number> {
  let crc = 0;
  for await (const block of readBlocks(source)) crc = crc32(block, crc);
  return crc;
}

/** Sends all parts but the last, which is returned. */
async function sendParts(source: ByteSource, sink: PartSink): Promise<Uint8Array> {
  for (let offset = 0; ; ) {
    const part = await sink.buffer();
    const length = Math.min(part.length, source.size - offset);
    part.set(await source.read({ offset, length }));
    offset += length;
    if (offset === source.size) return part.subarray(0, length);
    sink.send(part);
  }
}

/**
 * Puts a file where the local cloud's functions can read it, unless it is there already. The key ends
 * with CRC-32 and size: files of one name do not replace each other, and the upload does not start an
 * execution by itself, as a key that ends with `.npz` would.
 *
 * @returns its S3 URI.
 */
export async function uploadSource(
  client: S3Client,
  source: ByteSource,
  bucket: string,
): Promise<string> {
  const crc = await checksum(source);
  const key = `${FOLDER}/${basename(source.uri)}/${crc32Hex(crc)}-${source.size}`;
  const uri = `s3://${bucket}/${key}`;
  const stored = await headObject(client, bucket, key);
  if (stored?.bytes === source.size && stored.crc32Base64 === crc32Base64(crc)) {
    return uri;
  }
  const sink = new PartSink(client, { bucket, key, contentType: 'application/octet-stream' });
  try {
    await sink.finish(await sendParts(source, sink));
  } catch (error) {
    await sink.abort();
    throw error;
  }
  return uri;
}
