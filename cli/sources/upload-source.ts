import { basename } from 'node:path';
import { PartSink } from '#aws/part-sink.ts';
import { headObject } from '#aws/stored-object.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { combineCrc32, crc32Base64, crc32Hex } from '#core/checksum/crc32.ts';
import { isFolderUri } from '#core/objects/folder-uri.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import { crc32Of } from './read-blocks.ts';
import { assertStartsNothing, bytesShown, needsParts, type UploadPlace } from './upload-place.ts';

const PIECE_BYTES = 1024 * 1024;
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;

/** Parts that are sent at once: 32 MiB in all. */
const UPLOAD_BUFFERS = 4;

/** Fills a part from `offset`, piece by piece, so that no part is in memory twice. */
async function fill(source: ByteSource, part: Uint8Array, offset: number): Promise<Uint8Array> {
  const total = Math.min(part.length, source.size - offset);
  for (let at = 0; at < total; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, total - at);
    part.set(await source.read({ offset: offset + at, length }), at);
  }
  return part.subarray(0, total);
}

/** Sends all parts but the last, which is returned. It waits while all buffers are being sent. */
async function sendParts(
  source: ByteSource,
  sink: PartSink,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array> {
  for (let offset = 0; ; ) {
    const part = await fill(source, await sink.buffer(), offset);
    offset += part.length;
    onBytes(part.length);
    if (offset === source.size) return part;
    sink.send(part);
  }
}

const NOTHING = new Uint8Array(0);

/**
 * Smaller than the parts of a writer, because the server may be in the same process. Larger for
 * files that would have more than 10,000 parts.
 */
function partBuffers({ size }: ByteSource): Uint8Array[] {
  const bytes = Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS));
  const needed = Math.max(1, Math.ceil(size / bytes));
  return Array.from({ length: Math.min(UPLOAD_BUFFERS, needed) }, () => new Uint8Array(bytes));
}

/** A file to send: its CRC-32 is known. */
interface SentFile {
  readonly source: ByteSource;
  readonly key: string;
  readonly crc: number;
}

/** Sends one file create-only, unless it is there already. */
export async function uploadFile(
  { client, bucket }: UploadPlace,
  { source, key, crc }: SentFile,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const stored = await headObject(client, bucket, key);
  if (stored?.bytes === source.size && stored.crc32Base64 === crc32Base64(crc)) {
    onBytes(source.size);
    return;
  }
  const target = { bucket, key, contentType: 'application/octet-stream' };
  const sink = new PartSink(client, target, { buffers: partBuffers(source) });
  try {
    const last = await sendParts(source, sink, onBytes);
    if (needsParts(key) && last.length > 0) sink.send(last);
    await sink.finish(needsParts(key) ? NOTHING : last);
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/**
 * Uploads a file, or the files of a folder that are one matrix, unless they are there already. The
 * key of a file ends with CRC-32 and size, and so does the folder of several files. So two files of
 * the same name have different keys, and an upload does not start an execution, as a key that ends
 * with `.npz` would; nor does the `meta.json` of a bundle, which is sent in parts.
 *
 * @returns its S3 URI.
 * @throws {UsageError} a key would start a run all the same.
 */
export async function uploadUnit(
  place: UploadPlace,
  unit: SourceUnit,
  store: ObjectStore,
): Promise<string> {
  const name = basename(unit.uri);
  const sources = unit.objects.map((object) => store.open(object));
  const size = sources.reduce((sum, source) => sum + source.size, 0);
  const onRead = bytesShown(place, `reading ${name}`, size);
  const files: { readonly source: ByteSource; readonly crc: number }[] = [];
  for (const source of sources) files.push({ source, crc: await crc32Of(source, onRead) });
  // The CRC-32 of all files, one after the other.
  const crc = files.reduce((all, file) => combineCrc32(all, file.crc, file.source.size), 0);
  const folder = `${place.folder}/${name}/${crc32Hex(crc)}-${size}`;
  const isFile = !isFolderUri(unit.uri);
  const sent = files.map((file) => ({
    ...file,
    key: isFile ? folder : `${folder}/${basename(file.source.uri)}`,
  }));
  for (const { key } of sent) assertStartsNothing(place, key);
  const onSent = bytesShown(place, `uploading ${name}`, size);
  for (const file of sent) await uploadFile(place, file, onSent);
  return `s3://${place.bucket}/${folder}${isFile ? '' : '/'}`;
}
