import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { assertRange } from '#core/bytes/assert-range.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { SourceChangedError, SourceNotFoundError } from '#core/errors.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';

/** A file that is read by byte range, and that must be closed. */
export interface FileSource extends ByteSource {
  /** Releases the file handle; later reads fail. */
  close(): Promise<void>;
}

const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist; check the path',
  ENOTDIR: 'does not exist, because a part of its path is not a folder; check the path',
  EACCES: 'may not be read by this user; check its permissions',
  EPERM: 'may not be read by this user; check its permissions',
};

function toSourceError(path: string, cause: unknown): SourceNotFoundError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  const sentence = SENTENCES[code] ?? `cannot be read (${code})`;
  return new SourceNotFoundError(`${path} ${sentence}`, { cause });
}

/** The version of a file: size, modification time and inode. */
export function etagOf(stats: BigIntStats): string {
  return [stats.size, stats.mtimeNs, stats.ino].map((part) => part.toString(16)).join('-');
}

/** Checked before the file is opened, because opening a named pipe would wait for its writer. */
async function regularFile(path: string): Promise<BigIntStats> {
  const stats = await stat(path, { bigint: true }).catch((cause: unknown) => {
    throw toSourceError(path, cause);
  });
  if (stats.isFile()) return stats;
  const kind = stats.isDirectory() ? 'a folder' : 'not a regular file';
  throw new SourceNotFoundError(`${path} is ${kind}; give the path of a file`);
}

async function readFully(handle: FileHandle, target: Uint8Array, offset: number): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    const { bytesRead } = await handle.read(
      target,
      filled,
      target.length - filled,
      offset + filled,
    );
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/**
 * Finds the version of a file that later reads are bound to, see {@link openFileSource}.
 *
 * @throws {SourceNotFoundError} the file is missing or a folder.
 */
export async function pinFile(path: string): Promise<SourcePin> {
  const stats = await regularFile(path);
  return { uri: path, etag: etagOf(stats), versionId: null, size: Number(stats.size) };
}

/**
 * Opens a file as a source. Its version is size, modification time and inode. If somebody writes to
 * the file, reads fail; if it is replaced by rename, the old file is read to its end.
 *
 * @throws {SourceNotFoundError} the file is missing, unreadable or a folder.
 */
export async function openFileSource(path: string): Promise<FileSource> {
  await regularFile(path);
  const handle: FileHandle = await open(path, 'r').catch((cause: unknown) => {
    throw toSourceError(path, cause);
  });
  const stats = await handle.stat({ bigint: true });
  const source = { uri: path, size: Number(stats.size), etag: etagOf(stats) };
  return {
    ...source,
    async read(range) {
      assertRange(source, range);
      // Not zeroed: all of it is filled, or nobody gets it.
      const bytes = new Uint8Array(Buffer.allocUnsafeSlow(range.length).buffer);
      if (range.length === 0) return bytes;
      const filled = await readFully(handle, bytes, range.offset);
      const etag = etagOf(await handle.stat({ bigint: true }));
      if (filled === bytes.length && etag === source.etag) return bytes;
      throw new SourceChangedError(
        `${path} was changed while it was read (version ${source.etag}, now ${etag}); start again when nothing writes to it`,
      );
    },
    close: () => handle.close(),
  };
}

/** Opens a file for as long as `use` takes. */
export async function withFile<T>(
  path: string,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const file = await openFileSource(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
