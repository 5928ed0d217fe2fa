import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import type { StreamLayout } from '#core/formats/matrix-layout.ts';
import { locateElements } from '#core/formats/npy/array-layout.ts';
import { type NpyArray, readNpyHeader } from '#core/formats/npy/header.ts';
import type { StoredArray } from '#core/sparse/csr-part.ts';
import { readZipDirectory, type ZipDirectory, type ZipMember } from './zip-directory.ts';
import { assertStored, LOCAL_HEADER_BYTES, locateMember } from './zip-member.ts';

/** The arrays that sparse matrices are saved as; which of them there are depends on their format. */
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

/** One array of an npz file. */
export interface NpzArray {
  /** Its header; `elements` is a range of `source`. */
  readonly header: NpyArray;
  /** What the array is read from: headers and small files have been fetched already. */
  readonly source: ByteSource;
  /** The same as it is kept in a layout; the file is object 0. */
  readonly stream: StreamLayout;
}

/** An npz file whose directory has been read. */
export interface NpzFile {
  has(name: MemberName): boolean;
  /**
   * Reads the header of one array.
   *
   * @throws {CorruptSourceError} it is missing, or zip and npy structures are damaged.
   * @throws {UnsupportedSourceError} it is compressed, or of elements that are not read.
   */
  read(name: MemberName): Promise<NpzArray>;
}

/**
 * Read at each member's start: local header, name, zip64 padding and npy header take about 190 bytes,
 * the elements of `format` and `shape` 16 more.
 */
const MEMBER_HEAD_BYTES = 1024;

/** Read at the end of `indptr`, whose last element is `nnz`; NumPy pads local headers by 20 bytes. */
const MEMBER_TAIL_BYTES = 64;

function findMember(source: ByteSource, { members }: ZipDirectory, name: MemberName): ZipMember {
  const member = members.get(`${name}.npy`);
  if (member !== undefined) {
    assertStored(source, member);
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

/** Where headers are expected: they are fetched together, before each of them is parsed. */
function headerRanges({ members }: ZipDirectory): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const name of MEMBER_NAMES) {
    const member = members.get(`${name}.npy`);
    if (member === undefined) continue;
    ranges.push({ offset: member.localOffset, length: MEMBER_HEAD_BYTES });
    if (name !== 'indptr') continue;
    const tail = member.localOffset + LOCAL_HEADER_BYTES + member.name.length + member.bytes - 8;
    ranges.push({ offset: tail, length: MEMBER_TAIL_BYTES });
  }
  return ranges;
}

/** Opens an array of an npz file, of so many dimensions, for reading. */
export function toStoredArray({ header, source }: NpzArray, dimensions: 1 | 2 | 3): StoredArray {
  return { source, ...locateElements(header, dimensions) };
}

/**
 * Reads the directory of an npz file.
 *
 * Headers are over-read, so a small file takes no read beyond the tail and head that were fetched to
 * tell its format, and a large one two or three more of about 1 KiB.
 *
 * @throws {CorruptSourceError} the zip structures are damaged.
 * @throws {UnsupportedSourceError} a split archive.
 */
export async function openNpz(source: ByteSource): Promise<NpzFile> {
  const directory = await readZipDirectory(source);
  const prefetched = await withPrefetched(source, headerRanges(directory));
  return {
    has: (name) => directory.members.has(`${name}.npy`),
    async read(name) {
      const member = findMember(source, directory, name);
      const range = await locateMember(prefetched, directory, member);
      const header = await readNpyHeader(prefetched, range, `${member.name} in ${source.uri}`);
      return { header, source: prefetched, stream: { kind: 'stored', object: 0 } };
    },
  };
}
