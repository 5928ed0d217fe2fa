import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '#aws/clients/s3.ts';
import type { FileObjectStore } from '#cli/sources/file-object-store.ts';
import { type FolderMount, type MountedPlace, mountedAt } from './folder-mounts.ts';
import { FolderReads, type ListInput } from './read-folder.ts';
import { FolderWrites, type SharedParts, type WriteInput } from './write-folder.ts';

/** Any input of a request of S3, as far as it says where. */
interface PlacedInput {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly Prefix?: string;
}

type Send = (command: { readonly input: PlacedInput }, options?: object) => Promise<object>;

type Answer = (input: never, place: MountedPlace) => Promise<object>;

/** How files are read and written. */
interface ServedFiles {
  readonly files: FileObjectStore;
  /** Of an upload that threads share. @default each is written behind the one before */
  readonly parts?: SharedParts | undefined;
}

/** What the steps of a run send. */
function answersOf(reads: FolderReads, writes: FolderWrites): ReadonlyMap<unknown, Answer> {
  return new Map<unknown, Answer>([
    [HeadObjectCommand, (input, place) => reads.head(input, place)],
    [GetObjectCommand, (input, place) => reads.get(input, place)],
    [ListObjectsV2Command, (input: ListInput) => reads.list(input)],
    [PutObjectCommand, (input, place) => writes.put(input, place)],
    [CreateMultipartUploadCommand, (_, place) => writes.createUpload(place)],
    [UploadPartCommand, (input: WriteInput, place) => writes.uploadPart(input, place)],
    [ListPartsCommand, (input: WriteInput, place) => writes.listParts(input, place)],
    [CompleteMultipartUploadCommand, (input, place) => writes.complete(input, place)],
    [AbortMultipartUploadCommand, (input: WriteInput, place) => writes.abort(input, place)],
  ]);
}

/**
 * Lets an S3 client find some keys in folders of this machine, without any connection: the steps of
 * a run then work on files as they do on objects. All other requests go where they went.
 */
export function serveFolders(
  client: S3Client,
  mounts: readonly FolderMount[],
  { files, parts = {} }: ServedFiles,
): void {
  const answers = answersOf(new FolderReads(mounts, files), new FolderWrites(parts));
  const send = client.send.bind(client) as Send;
  // Not as a middleware of the SDK: it builds the whole stack of them for each request.
  const serve: Send = async (command, options) => {
    const { Bucket = '', Key, Prefix = '' } = command.input;
    const place = mountedAt(mounts, Bucket, Key ?? Prefix);
    const answer = place && answers.get(command.constructor);
    if (place === undefined || answer === undefined) return await send(command, options);
    return { $metadata: {}, ...(await answer(command.input as never, place)) };
  };
  client.send = serve as S3Client['send'];
}
