import { statfsSync } from 'node:fs';

/** Why a file system keeps nothing more, by the code of its error. */
const PROBLEMS = {
  ENOSPC: 'the disk is full',
  EDQUOT: "this user's quota is used up",
  EFBIG: 'a file would pass the size that this process may write',
  EROFS: 'it is mounted read-only',
} as const;

const REMEDY = 'make room there, or keep it on another disk';

type StorageCode = keyof typeof PROBLEMS;

/** LevelDB, which keeps the tables, gives the system's error by its text only. */
const TEXTS: readonly (readonly [StorageCode, string])[] = [
  ['ENOSPC', 'No space left on device'],
  ['EDQUOT', 'Disk quota exceeded'],
  ['EFBIG', 'File too large'],
  ['EROFS', 'Read-only file system'],
];

/** The file system took no more bytes: nothing that is repeated can succeed. */
export class StorageFailed extends Error {
  override readonly name = 'StorageFailed';
}

/** Called with an error that is not the caller's; most are none of the storage. */
export type Failed = (error: unknown) => void;

function codeOf(error: unknown): StorageCode | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code in PROBLEMS) return code as StorageCode;
  if (code !== 'LEVEL_IO_ERROR') return undefined;
  return TEXTS.find(([, text]) => error.message.endsWith(text))?.[0];
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

/** Room on the disk of a directory; nothing where the system does not say. */
function roomIn(directory: string): string {
  try {
    const { bavail, blocks, bsize } = statfsSync(directory);
    return `; ${megabytes(bavail * bsize)} of ${megabytes(blocks * bsize)} MB are free there`;
  } catch {
    return '';
  }
}

/** True for an error of a file system that takes no more bytes. */
export function isStorageFailure(error: unknown): boolean {
  return codeOf(error) !== undefined;
}

/**
 * Says what to do about an error of the file system that holds a directory.
 *
 * @returns undefined for any other error.
 */
export function storageFailure(error: unknown, directory: string): StorageFailed | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  const room = code === 'EROFS' ? '' : roomIn(directory);
  const message = `${directory} takes no more bytes: ${PROBLEMS[code]} (${code})${room}; ${REMEDY}`;
  return new StorageFailed(message, { cause: error });
}
