import { crc32 } from 'node:zlib';
import {
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { crc32Base64 } from '#core/checksum/crc32.ts';
import type { ListedObject } from '#core/manifest/prove-chunks.ts';
import { isNamed, translated } from './errors.ts';
import type { UploadTarget } from './part-sink.ts';
import { unquoted } from './s3-source.ts';
import type { ObjectFigures } from './stored-object.ts';

/** Place of an object. */
interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/** An object whose body is being read. */
export interface OpenObject extends ObjectFigures {
  /** When it was written, in milliseconds since 1970; S3 keeps whole seconds. */
  readonly writtenMs: number;
  /** Holds one network buffer. If S3 sends a CRC-32, the client checks it at the end. */
  readonly body: AsyncGenerator<Uint8Array>;
}

/**
 * Lists the objects below a prefix whose keys come after `after`, in key order, one page of 1,000
 * at a time.
 */
export async function* listObjectsAfter(
  client: S3Client,
  where: { readonly bucket: string; readonly prefix: string; readonly after?: string | undefined },
  signal?: AbortSignal,
): AsyncGenerator<ListedObject> {
  const { bucket, prefix, after } = where;
  try {
    for await (const page of paginateListObjectsV2(
      { client },
      { Bucket: bucket, Prefix: prefix, StartAfter: after },
      { abortSignal: signal },
    )) {
      for (const { Key, Size } of page.Contents ?? []) yield { key: Key ?? '', size: Size ?? 0 };
    }
  } catch (error) {
    throw translated(error, `list s3://${bucket}/${prefix}`);
  }
}

/** Lists the objects below a prefix in key order, one page of 1,000 at a time. */
export function listObjects(
  client: S3Client,
  bucket: string,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<ListedObject> {
  return listObjectsAfter(client, { bucket, prefix }, signal);
}

/** Yields a body. If it breaks off, throws an error of the service. */
async function* piecesOf(
  body: AsyncIterable<Uint8Array>,
  { bucket, key }: ObjectPlace,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw translated(error, `read s3://${bucket}/${key}`);
  }
}

/** Starts to read an object with one GET. @returns undefined if there is no such object. */
export async function openObject(
  client: S3Client,
  place: ObjectPlace,
  signal?: AbortSignal,
): Promise<OpenObject | undefined> {
  const { bucket, key } = place;
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' });
  try {
    const got = await client.send(command, { abortSignal: signal });
    return {
      bytes: got.ContentLength ?? 0,
      crc32Base64: got.ChecksumCRC32,
      etag: unquoted(got.ETag),
      writtenMs: got.LastModified?.getTime() ?? 0,
      body: piecesOf(got.Body as AsyncIterable<Uint8Array>, place),
    };
  } catch (error) {
    if (isNamed(error, 'NoSuchKey')) return undefined;
    throw translated(error, `read s3://${bucket}/${key}`);
  }
}

/** A small object, read to its end. */
interface WholeObject extends Pick<OpenObject, 'writtenMs'> {
  readonly bytes: Buffer;
}

/** Reads a small object. @returns undefined if there is no such object. */
export async function readWhole(
  client: S3Client,
  place: ObjectPlace,
  signal?: AbortSignal,
): Promise<WholeObject | undefined> {
  const object = await openObject(client, place, signal);
  if (object === undefined) return undefined;
  const { body, writtenMs } = object;
  return { bytes: Buffer.concat(await Array.fromAsync(body)), writtenMs };
}

/** Reads a small object as text. @returns undefined if there is no such object. */
export async function readText(
  client: S3Client,
  bucket: string,
  key: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return (await readWhole(client, { bucket, key }, signal))?.bytes.toString();
}

/**
 * Reads an object line by line; yields nothing if there is no such object. Holds one network buffer
 * and one line.
 */
export async function* readLines(
  client: S3Client,
  bucket: string,
  key: string,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const object = await openObject(client, { bucket, key }, signal);
  if (object !== undefined) yield* linesOf(object);
}

/** Yields the lines of an object. Holds one network buffer and one line. */
export async function* linesOf({ body }: OpenObject): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/**
 * Writes a small text, and replaces an object that is there. For reports only: results are
 * create-only.
 */
export async function putText(
  client: S3Client,
  { bucket, key, contentType }: UploadTarget,
  text: string,
  signal?: AbortSignal,
): Promise<void> {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: text,
    ContentType: contentType,
    ChecksumCRC32: crc32Base64(crc32(text)),
  });
  await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
    throw translated(error, `write s3://${bucket}/${key}`);
  });
}
