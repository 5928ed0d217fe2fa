import { basename } from 'node:path';
import type { S3Client } from '#aws/clients.ts';
import { PART_BUFFERS, PartSink } from '#aws/part-sink.ts';
import { headObject } from '#aws/stored-object.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { combineCrc32, crc32Base64, crc32Hex } from '#core/checksum/crc32.ts';
import { isFolderUri } from '#core/objects/folder-uri.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import { crc32Of } from './read-blocks.ts';

/** Folder of the source bucket for what the command line uploads. */
export const UPLOADS = 'local-run';

const PIECE_BYTES = 1024 * 1024;
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;

/** Fills a part from `offset`, piece by piece, so that no part is in memory twice. */
async function fill(source: ByteSource, part: Uint8Array, offset: number): Promise<Uint8Array> {
  const total = Math.min(part.length, source.size - offset);
  for (let at = 0; at < total; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, total - at);
    part.set(await source.read({ offset: offset + at, length }), at);
  }
  return part.subarray(0, total);
}

/** Sends all parts but the last, which is returned. */
async function sendParts(source: ByteSource, sink: PartSink): Promise<Uint8Array> {
  for (let offset = 0; ; ) {
    const part = await fill(source, await sink.buffer(), offset);
    offset += part.length;
    if (offset === source.size) return part;
    sink.send(part);
  }
}

/**
 * Smaller than the parts of a writer, because the server is in the same process. Larger for files
 * that would have more than 10,000 parts.
 */
function partBuffers({ size }: ByteSource): Uint8Array[] {
  const bytes = Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS));
  return Array.from({ length: PART_BUFFERS }, () => new Uint8Array(bytes));
}

/** Sends one file create-only, unless it is there already. */
export async function uploadFile(
  client: S3Client,
  source: ByteSource,
  { bucket, key, crc }: { readonly bucket: string; readonly key: string; readonly crc: number },
): Promise<void> {
  const stored = await headObject(client, bucket, key);
  if (stored?.bytes === source.size && stored.crc32Base64 === crc32Base64(crc)) return;
  const target = { bucket, key, contentType: 'application/octet-stream' };
  const sink = new PartSink(client, target, { buffers: partBuffers(source) });
  try {
    await sink.finish(await sendParts(source, sink));
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/**
 * Uploads a file, or the files of a folder that are one matrix, to the local cloud, unless they are
 * there already. The key of a file ends with CRC-32 and size, and so does the folder of several
 * files. So two files of the same name have different keys, and an upload does not start an
 * execution, as a key that ends with `.npz` would.
 *
 * @returns its S3 URI.
 */
export async function uploadUnit(
  client: S3Client,
  unit: SourceUnit,
  store: ObjectStore,
  bucket: string,
): Promise<string> {
  const files: { readonly source: ByteSource; readonly crc: number }[] = [];
  for (const object of unit.objects) {
    const source = store.open(object);
    files.push({ source, crc: await crc32Of(source) });
  }
  const size = files.reduce((sum, { source }) => sum + source.size, 0);
  // The CRC-32 of all files, one after the other.
  const crc = files.reduce((all, file) => combineCrc32(all, file.crc, file.source.size), 0);
  const place = `${UPLOADS}/${basename(unit.uri)}/${crc32Hex(crc)}-${size}`;
  const isFile = !isFolderUri(unit.uri);
  for (const { source, crc } of files) {
    const key = isFile ? place : `${place}/${basename(source.uri)}`;
    await uploadFile(client, source, { bucket, key, crc });
  }
  return `s3://${bucket}/${place}${isFile ? '' : '/'}`;
}
