import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { type NpyArray, readNpyHeader } from '#core/containers/npy/header.ts';
import { locateElements } from '#core/containers/npy/locate-elements.ts';
import {
  readZipDirectory,
  type ZipDirectory,
  type ZipMember,
} from '#core/containers/zip/zip-directory.ts';
import {
  assertReadable,
  isDeflated,
  LOCAL_HEADER_BYTES,
  locateMember,
} from '#core/containers/zip/zip-member.ts';
import { CorruptSourceError, RequestError, UnsupportedSourceError } from '#core/errors.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';
import { stageMemberIndex } from './index-member.ts';
import { type NpzStream, type NpzStreams, openStreams } from './npz-streams.ts';

/**
 * Names of the arrays of sparse matrices. Which of them a file has depends on the format of its
 * matrix.
 */
const MEMBER_NAMES = [
  'format',
  'shape',
  'indptr',
  'indices',
  'data',
  'row',
  'col',
  'coords',
  'offsets',
] as const;

export type MemberName = (typeof MEMBER_NAMES)[number];

/** The arrays of a few bytes, which need no index if they are compressed. */
const SMALL_MEMBERS: ReadonlySet<MemberName> = new Set(['format', 'shape']);

/** One array of an npz file. Headers and small files are in memory already. */
export interface NpzArray extends Pick<NpzStream, 'source' | 'stream'> {
  /** Header of the array; its `elements` is a range of `source`. */
  readonly header: NpyArray;
}

/** An npz file whose directory has been read. */
export interface NpzFile extends Pick<NpzStreams, 'indexes' | 'jobs'> {
  has(name: MemberName): boolean;
  /**
   * Reads the header of one array.
   *
   * @throws {CorruptSourceError} the array is missing, or its zip or npy structures are damaged.
   * @throws {UnsupportedSourceError} it is encrypted, compressed otherwise than by deflate, or its
   * elements are not supported.
   */
  read(name: MemberName): Promise<NpzArray>;
  /**
   * Does one of the `jobs`: reads a compressed array from end to end and stages its seek index.
   *
   * @throws {CorruptSourceError} it is damaged.
   * @throws {RequestError} there is no such job.
   */
  stageIndex(array: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Bytes read at the start of each member. Local header, name, zip64 padding and npy header take
 * about 190 bytes; the elements of `format` and `shape` take 16 more.
 */
const MEMBER_HEAD_BYTES = 1024;

/**
 * Bytes read at the end of `indptr`, whose last element is `nnz`. NumPy pads local headers by
 * 20 bytes.
 */
const MEMBER_TAIL_BYTES = 64;

function findMember(source: ByteSource, { members }: ZipDirectory, name: MemberName): ZipMember {
  const member = members.get(`${name}.npy`);
  if (member !== undefined) {
    assertReadable(source, member);
    return member;
  }
  const names = [...members.keys()].slice(0, 8).join(', ') || 'nothing';
  if (name === 'format') {
    throw new UnsupportedSourceError(
      `${source.uri} holds ${names}, but no format.npy, so it is no sparse matrix; save one with scipy.sparse.save_npz(path, matrix.tocsr(), compressed=False)`,
    );
  }
  throw new CorruptSourceError(
    `${source.uri} holds ${names}, but no ${name}.npy, which its format needs; save it again with scipy.sparse.save_npz`,
  );
}

/** Where the headers are expected. They are read together before they are parsed one by one. */
function headerRanges({ members }: ZipDirectory): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const name of MEMBER_NAMES) {
    const member = members.get(`${name}.npy`);
    if (member === undefined) continue;
    ranges.push({ offset: member.localOffset, length: MEMBER_HEAD_BYTES });
    if (name !== 'indptr' || isDeflated(member)) continue;
    const tail = member.localOffset + LOCAL_HEADER_BYTES + member.name.length + member.bytes - 8;
    ranges.push({ offset: tail, length: MEMBER_TAIL_BYTES });
  }
  return ranges;
}

/** Checks that an array of an npz file has so many dimensions, and returns it ready to be read. */
export function toStoredArray({ header, source }: NpzArray, dimensions: 1 | 2 | 3): StoredArray {
  return { source, ...locateElements(header, dimensions) };
}

/** The compressed arrays of a matrix, in an order that does not depend on the file. */
function compressedArrays({ members }: ZipDirectory): ZipMember[] {
  return MEMBER_NAMES.filter((name) => !SMALL_MEMBERS.has(name))
    .map((name) => members.get(`${name}.npy`))
    .filter((member) => member !== undefined)
    .filter(isDeflated);
}

/**
 * Reads the directory of an npz file.
 *
 * Reads more than the headers need. So a small file takes no reads after those of head and tail
 * that found its format; a large one takes two or three more of about 1 KiB.
 *
 * @param staged the store with the seek indexes of compressed arrays.
 * @throws {CorruptSourceError} the zip structures are damaged.
 * @throws {UnsupportedSourceError} the archive is split.
 */
export async function openNpz(source: ByteSource, staged: StageStore): Promise<NpzFile> {
  const directory = await readZipDirectory(source);
  const prefetched = await withPrefetched(source, headerRanges(directory));
  const compressed = compressedArrays(directory);
  const streams = await openStreams(prefetched, compressed, staged);
  return {
    indexes: streams.indexes,
    jobs: streams.jobs,
    has: (name) => directory.members.has(`${name}.npy`),
    async read(name) {
      const member = findMember(source, directory, name);
      const located = await locateMember(prefetched, directory, member);
      const { source: opened, range, stream } = await streams.open(member, located);
      const header = await readNpyHeader(opened, range, `${member.name} in ${source.uri}`);
      return { header, source: opened, stream };
    },
    async stageIndex(array, signal) {
      const member = compressed[array];
      if (member === undefined) {
        throw new RequestError([
          `${source.uri} has ${compressed.length} compressed arrays, so there is no job ${array}`,
        ]);
      }
      const range = await locateMember(prefetched, directory, member);
      await stageMemberIndex(source, { member, range }, staged, signal);
    },
  };
}
