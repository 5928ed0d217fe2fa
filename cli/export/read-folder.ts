import { type BigIntStats, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { FileObjectStore } from '#cli/sources/file-object-store.ts';
import { etagOf, withFile } from '#cli/sources/file-source.ts';
import { crc32Of } from '#cli/sources/read-blocks.ts';
import type { ByteRange } from '#core/bytes/byte-source.ts';
import { crc32Base64 } from '#core/checksum/crc32.ts';
import { type FolderMount, type MountedPlace, mountedAt } from './folder-mounts.ts';
import { bodyOf, noSuchKey, preconditionFailed } from './s3-answers.ts';

/** What the steps ask of reads, as the SDK names it. */
interface ReadInput {
  readonly Range?: string;
  readonly IfMatch?: string;
  readonly ChecksumMode?: string;
}

/** What the steps ask of lists. */
export interface ListInput {
  readonly Bucket: string;
  readonly Prefix?: string;
  readonly StartAfter?: string;
  readonly ContinuationToken?: string;
}

/** A file as it is now. */
interface FileState {
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modified: Date;
}

const BLOCK_BYTES = 2 * 1024 * 1024;

/** As in S3. */
const PAGE = 1_000;

/**
 * What the system says of a place; undefined where there is nothing. Asked without the thread pool:
 * the way there and back takes longer than the answer.
 */
function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** State of a file; undefined when there is none. */
export function fileState(path: string): FileState | undefined {
  const stats = statsOf(path);
  if (!stats?.isFile()) return undefined;
  return { size: Number(stats.size), etag: etagOf(stats), modified: stats.mtime };
}

/** @throws {S3ServiceException} there is no file, or another one than the condition says. */
function stateOf(path: string, ifMatch: string | undefined): FileState {
  const state = fileState(path);
  if (state === undefined) throw noSuchKey(path);
  if (ifMatch !== undefined && ifMatch !== `"${state.etag}"`) throw preconditionFailed(path);
  return state;
}

function rangeOf(range: string, size: number): ByteRange {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (first === '')
    return { offset: Math.max(0, size - Number(last)), length: Math.min(Number(last), size) };
  return { offset: Number(first), length: Math.min(Number(last), size - 1) - Number(first) + 1 };
}

/** Yields a file in blocks. It is open only while it is read: readers may stop at any time. */
async function* whole(path: string, { size, etag }: FileState): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < size; offset += BLOCK_BYTES) {
    const length = Math.min(BLOCK_BYTES, size - offset);
    yield await withFile(path, (file) => {
      if (file.etag !== etag) throw preconditionFailed(path);
      return file.read({ offset, length });
    });
  }
}

/** Names of the files below a folder, in order, and whether all lie in the folder itself. */
async function namesBelow(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .sort();
  return { names, isFlat: names.length === entries.length };
}

/** The names in a folder, which are read again only when the folder has changed. */
class FolderNames {
  #folder = '';
  #changed = 0n;
  #names: readonly string[] = [];

  /** Names of the files below a folder, which may be missing, in order. */
  async below(folder: string): Promise<readonly string[]> {
    const stats = statsOf(folder);
    if (stats === undefined) return [];
    if (folder === this.#folder && stats.mtimeNs === this.#changed) return this.#names;
    const { names, isFlat } = await namesBelow(folder);
    this.#folder = isFlat ? folder : '';
    this.#changed = stats.mtimeNs;
    this.#names = names;
    return names;
  }
}

/** Serves reads of mounted files as S3 serves those of objects. */
export class FolderReads {
  readonly #mounts: readonly FolderMount[];
  readonly #files: FileObjectStore;
  readonly #names = new FolderNames();
  readonly #checksums = new Map<string, { readonly etag: string; readonly crc: number }>();

  constructor(mounts: readonly FolderMount[], files: FileObjectStore) {
    this.#mounts = mounts;
    this.#files = files;
  }

  async head({ IfMatch, ChecksumMode }: ReadInput, { path }: MountedPlace): Promise<object> {
    const state = stateOf(path, IfMatch);
    const asked = ChecksumMode === 'ENABLED' ? await this.#checksum(path, state) : {};
    return { ETag: `"${state.etag}"`, ContentLength: state.size, ...asked };
  }

  /**
   * A range is read at once, a whole file while it is used. Its checksum, which S3 would give too,
   * is left out: that would read the file twice.
   */
  async get({ Range, IfMatch }: ReadInput, { path }: MountedPlace): Promise<object> {
    const state = stateOf(path, IfMatch);
    const { size, etag, modified } = state;
    const head = { LastModified: modified, ETag: `"${etag}"`, ContentLength: size };
    if (Range === undefined) return { ...head, Body: bodyOf(whole(path, state)) };
    const range = rangeOf(Range, state.size);
    const file = this.#files.open({ uri: path, versionId: null, ...state });
    const bytes = await file.read(range);
    const pieces = async function* () {
      yield bytes;
    };
    return { ...head, ContentLength: range.length, Body: bodyOf(pieces()) };
  }

  /** Lists a page of the files of a mount in the order of their keys. */
  async list({ Bucket, Prefix = '', StartAfter, ContinuationToken }: ListInput): Promise<object> {
    const place = mountedAt(this.#mounts, Bucket, Prefix)!;
    const { mount } = place;
    const below = Prefix.slice(0, Prefix.lastIndexOf('/') + 1);
    const names = await this.#names.below(join(mount.path, below.slice(mount.prefix.length)));
    const after = ContinuationToken ?? StartAfter ?? '';
    const found = names.filter((name) => {
      const key = `${below}${name}`;
      return key > after && key.startsWith(Prefix);
    });
    const keys = found.slice(0, PAGE).map((name) => `${below}${name}`);
    const Contents = keys.map((Key) => this.#listed(Bucket, Key));
    if (found.length === keys.length) return { Contents };
    return { Contents, IsTruncated: true, NextContinuationToken: keys.at(-1) };
  }

  #listed(bucket: string, Key: string) {
    const { path } = mountedAt(this.#mounts, bucket, Key)!;
    const { size, etag } = stateOf(path, undefined);
    return { Key, Size: size, ETag: `"${etag}"` };
  }

  /** Reads a file once; it is known again as long as it is the same. */
  async #checksum(path: string, { etag }: FileState): Promise<object> {
    const known = this.#checksums.get(path);
    const crc = known?.etag === etag ? known.crc : await withFile(path, crc32Of);
    this.#checksums.set(path, { etag, crc });
    return { ChecksumCRC32: crc32Base64(crc), ChecksumType: 'FULL_OBJECT' };
  }
}
