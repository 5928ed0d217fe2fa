import type { BodyDigests } from './body-digest.ts';
import { BodyPipe } from './body-pipe.ts';
import type { BodySource } from './body-source.ts';
import type { ChecksumAlgorithm } from './checksums.ts';
import type { DataFiles, Extent } from './data-files.ts';

/** A body on disk that nothing refers to yet. */
export interface StoredBody extends BodyDigests, Extent {}

/** What to compute while storing, and what to check before the body counts as stored. */
export interface StoreBodyOptions {
  readonly algorithms: readonly ChecksumAlgorithm[];
  /** Throws when the body is not what it should be. */
  readonly verify: (digests: BodyDigests) => void;
}

async function passBody(
  pipe: BodyPipe,
  source: BodySource,
  verify: (digests: BodyDigests) => void,
): Promise<BodyDigests> {
  try {
    await source.pass(pipe);
    const digests = await pipe.end();
    verify(digests);
    return digests;
  } finally {
    await pipe.close();
  }
}

/**
 * Streams a body into a new data file; leaves nothing behind when anything fails. Holds at most 2
 * MiB.
 */
export async function storeBody(
  files: DataFiles,
  source: BodySource,
  { algorithms, verify }: StoreBodyOptions,
): Promise<StoredBody> {
  const writer = await files.create();
  try {
    const digests = await passBody(new BodyPipe(writer, algorithms), source, verify);
    await writer.close();
    return { ...digests, file: writer.file };
  } catch (error) {
    await writer.close();
    await files.remove([{ file: writer.file, size: 0 }]);
    throw error;
  }
}

/** Runs what makes a stored body part of an object, and deletes the body when that fails. */
export async function adoptBody<T>(
  files: DataFiles,
  body: StoredBody,
  adopt: () => Promise<T>,
): Promise<T> {
  try {
    return await adopt();
  } catch (error) {
    await files.remove([body]);
    throw error;
  }
}
