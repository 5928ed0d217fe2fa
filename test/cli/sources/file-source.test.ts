import { appendFile, mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FileSource, openFileSource } from '#cli/sources/file-source.ts';
import { SourceChangedError, SourceNotFoundError } from '#core/errors.ts';
import { describeByteSource } from '#support/contracts/byte-source.ts';

let folder: string;
const opened: FileSource[] = [];

async function openBytes(bytes: Uint8Array): Promise<FileSource> {
  const path = join(folder, `${opened.length}.bin`);
  await writeFile(path, bytes);
  const source = await openFileSource(path);
  opened.push(source);
  return source;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-source-'));
});

afterAll(async () => {
  await Promise.all(opened.map((source) => source.close()));
  await rm(folder, { recursive: true });
});

describeByteSource('file', openBytes);

it('fails to read a file that was written to after it was opened', async () => {
  const source = await openBytes(new Uint8Array(100));
  await appendFile(source.uri, 'more');
  await expect(source.read({ offset: 0, length: 10 })).rejects.toThrow(SourceChangedError);
});

it('fails to read a file that was cut short after it was opened', async () => {
  const source = await openBytes(new Uint8Array(100));
  await truncate(source.uri, 20);
  await expect(source.read({ offset: 10, length: 50 })).rejects.toThrow(SourceChangedError);
});

it('fails to read a file of which only the time has changed', async () => {
  const source = await openBytes(new Uint8Array(100));
  await utimes(source.uri, 1_000, 1_000);
  await expect(source.read({ offset: 0, length: 10 })).rejects.toThrow(
    'was changed while it was read',
  );
});

it('keeps reading the file it opened when another takes its name', async () => {
  const source = await openBytes(Uint8Array.of(1, 2, 3));
  await rm(source.uri);
  await writeFile(source.uri, 'other bytes');
  expect(await source.read({ offset: 0, length: 3 })).toEqual(Uint8Array.of(1, 2, 3));
});

it('does not use the file to read no bytes', async () => {
  const path = join(folder, 'closed.bin');
  await writeFile(path, 'abc');
  const source = await openFileSource(path);
  await source.close();
  expect(await source.read({ offset: 1, length: 0 })).toEqual(new Uint8Array(0));
  await expect(source.read({ offset: 1, length: 1 })).rejects.toThrow();
});

it.each([
  ['missing.npz', 'does not exist; check the path'],
  ['file/below.npz', 'a part of its path is not a folder'],
  ['.', 'is a folder; give the path of a file'],
  ['/dev/null', 'is not a regular file; give the path of a file'],
  ['x'.repeat(300), 'cannot be read (ENAMETOOLONG)'],
])('fails with a sentence for the path %o', async (name, sentence) => {
  await writeFile(join(folder, 'file'), 'x');
  const opening = openFileSource(resolve(folder, name));
  await expect(opening).rejects.toThrow(SourceNotFoundError);
  await expect(opening).rejects.toThrow(sentence);
});
