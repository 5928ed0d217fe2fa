import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { SourceChangedError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { type FileSource, openFileSource, pinFile } from './file-source.ts';
import { crc32Of } from './read-blocks.ts';

/** Files as the objects of a source; they must be closed. */
export interface FileObjectStore extends ObjectStore {
  close(): Promise<void>;
}

/** Pins the files below a folder, whose path ends with a slash, in the order of their names. */
export async function* listFiles(folder: string): AsyncGenerator<SourcePin> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const names = files.map((file) => relative(folder, join(file.parentPath, file.name)));
  for (const name of names.sort()) yield await pinFile(`${folder}${name}`);
}

/**
 * Serves files by their paths; a folder's path ends with a slash. Each file is opened at its first
 * read.
 */
export function fileObjectStore(): FileObjectStore {
  const opened = new Map<string, Promise<FileSource>>();

  const openPinned = async ({ uri, etag }: SourcePin): Promise<FileSource> => {
    const known = opened.get(uri) ?? openFileSource(uri);
    opened.set(uri, known);
    const file = await known;
    if (file.etag === etag) return file;
    throw new SourceChangedError(
      `${uri} was changed since it was looked at (version ${etag}, now ${file.etag}); start again when nothing writes to it`,
    );
  };

  const open = (pin: SourcePin): ByteSource => ({
    uri: pin.uri,
    size: pin.size,
    etag: pin.etag,
    read: async (range) => (await openPinned(pin)).read(range),
  });

  return {
    pin: pinFile,
    list: listFiles,
    open,
    crc32: (pin) => crc32Of(open(pin)),
    async close() {
      const files = await Promise.allSettled(opened.values());
      for (const file of files) if (file.status === 'fulfilled') await file.value.close();
    },
  };
}
