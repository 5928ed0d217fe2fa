import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ListedObject } from '#core/manifest/prove-chunks.ts';
import { isNamed, translated } from './errors.ts';
import type { UploadTarget } from './part-sink.ts';

/** Lists the objects below a prefix in key order, a page of 1,000 at a time. */
export async function* listObjects(
  client: S3Client,
  bucket: string,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<ListedObject> {
  try {
    for await (const page of paginateListObjectsV2(
      { client },
      { Bucket: bucket, Prefix: prefix },
      { abortSignal: signal },
    )) {
      for (const { Key, Size } of page.Contents ?? []) yield { key: Key ?? '', size: Size ?? 0 };
    }
  } catch (error) {
    throw translated(error, `list s3://${bucket}/${prefix}`);
  }
}

async function getObject(
  client: S3Client,
  bucket: string,
  key: string,
  signal?: AbortSignal,
): Promise<GetObjectCommandOutput | undefined> {
  try {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key });
    return await client.send(command, { abortSignal: signal });
  } catch (error) {
    if (isNamed(error, 'NoSuchKey')) return undefined;
    throw translated(error, `read s3://${bucket}/${key}`);
  }
}

/** Reads a small object as text. @returns undefined when there is none. */
export async function readText(
  client: S3Client,
  bucket: string,
  key: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const object = await getObject(client, bucket, key, signal);
  try {
    return await object?.Body?.transformToString();
  } catch (error) {
    throw translated(error, `read s3://${bucket}/${key}`);
  }
}

/** A body that breaks off is a fault of the service, not of who reads it. */
async function* piecesOf(
  body: AsyncIterable<Uint8Array>,
  bucket: string,
  key: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw translated(error, `read s3://${bucket}/${key}`);
  }
}

/** Reads an object line by line; holds one network buffer and one line. */
export async function* readLines(
  client: S3Client,
  bucket: string,
  key: string,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const object = await getObject(client, bucket, key, signal);
  if (object?.Body === undefined) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of piecesOf(object.Body as AsyncIterable<Uint8Array>, bucket, key)) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** Writes a small text in the place of what is there. For reports only: results are create-only. */
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
  });
  await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
    throw translated(error, `write s3://${bucket}/${key}`);
  });
}
