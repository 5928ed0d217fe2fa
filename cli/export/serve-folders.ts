import type { S3Client } from '#aws/clients.ts';
import { type FolderMount, type MountedPlace, mountedAt } from './folder-mounts.ts';
import { FolderReads, type ListInput } from './read-folder.ts';
import { FolderWrites, type SharedParts, type WriteInput } from './write-folder.ts';

/** Any input of a request of S3, as far as it says where. */
interface PlacedInput {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly Prefix?: string;
}

type Answer = (input: never, place: MountedPlace) => Promise<object>;

/** What the steps of a run send, by the names of the SDK. */
function answersOf(reads: FolderReads, writes: FolderWrites): ReadonlyMap<string, Answer> {
  const reading: [string, Answer][] = [
    ['HeadObjectCommand', (input, place) => reads.head(input, place)],
    ['GetObjectCommand', (input, place) => reads.get(input, place)],
    ['ListObjectsV2Command', (input: ListInput) => reads.list(input)],
  ];
  return new Map([
    ...reading,
    ['PutObjectCommand', (input, place) => writes.put(input, place)],
    ['CreateMultipartUploadCommand', (_, place) => writes.createUpload(place)],
    ['UploadPartCommand', (input: WriteInput, place) => writes.uploadPart(input, place)],
    ['ListPartsCommand', (input: WriteInput, place) => writes.listParts(input, place)],
    ['CompleteMultipartUploadCommand', (input, place) => writes.complete(input, place)],
    ['AbortMultipartUploadCommand', (input: WriteInput, place) => writes.abort(input, place)],
  ]);
}

/**
 * Lets an S3 client find some keys in folders of this machine, without any connection: the steps of
 * a run then work on files as they do on objects. All other requests go where they went.
 *
 * @param shared how parts of an upload that threads share are written. @default one after another
 * @returns closes the files that were opened.
 */
export function serveFolders(
  client: S3Client,
  mounts: readonly FolderMount[],
  shared: SharedParts = {},
): () => Promise<void> {
  const reads = new FolderReads(mounts);
  const answers = answersOf(reads, new FolderWrites(shared));
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const { Bucket = '', Key, Prefix = '' } = args.input as PlacedInput;
        const place = mountedAt(mounts, Bucket, Key ?? Prefix);
        const answer = place && answers.get(String(commandName));
        if (place === undefined || answer === undefined) return await next(args);
        const output = await answer(args.input as never, place);
        return { output: { $metadata: {}, ...output }, response: {} } as never;
      },
    { step: 'initialize', name: 'serveFolders', priority: 'high' },
  );
  return () => reads.close();
}
