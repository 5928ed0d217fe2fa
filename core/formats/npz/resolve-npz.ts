import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { assembleCsr } from '#core/formats/assemble-csr.ts';
import type { FormatInput, Resolution } from '#core/formats/matrix-format.ts';
import { toArrayLayout } from '#core/formats/npy/array-layout.ts';
import { type NpyArray, readNpyHeader } from '#core/formats/npy/header.ts';
import { readScalarText, readSmallIntegers } from '#core/formats/npy/small-values.ts';
import { readZipDirectory, type ZipDirectory, type ZipMember } from './zip-directory.ts';
import { assertStored, LOCAL_HEADER_BYTES, locateMember } from './zip-member.ts';

type MemberName = 'format' | 'shape' | 'indptr' | 'indices' | 'data';

/** Formats that SciPy turns into CSR by `tocsr()`. */
const OTHER_FORMATS: ReadonlySet<string> = new Set(['csc', 'coo', 'bsr', 'dia']);

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
    `${source.uri} holds ${names}, but a CSR matrix needs ${name}.npy too`,
  );
}

/** Where headers are expected: they are fetched together, before each of them is parsed. */
function headerRanges({ members }: ZipDirectory): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const name of ['format', 'shape', 'indptr', 'indices', 'data']) {
    const member = members.get(`${name}.npy`);
    if (member === undefined) continue;
    ranges.push({ offset: member.localOffset, length: MEMBER_HEAD_BYTES });
    if (name !== 'indptr') continue;
    const tail = member.localOffset + LOCAL_HEADER_BYTES + member.name.length + member.bytes - 8;
    ranges.push({ offset: tail, length: MEMBER_TAIL_BYTES });
  }
  return ranges;
}

function checkFormat(uri: string, format: string): void {
  if (format === 'csr') return;
  const fix = 'scipy.sparse.save_npz(path, matrix.tocsr(), compressed=False)';
  const what = OTHER_FORMATS.has(format) ? 'in the sparse format' : 'in the unknown format';
  throw new UnsupportedSourceError(
    `${uri} is ${what} ${JSON.stringify(format)}, and rows can only be read from csr; save it with ${fix}`,
  );
}

/**
 * Finds the arrays of a stored CSR matrix that `scipy.sparse.save_npz` wrote.
 *
 * Headers are over-read, so a small file takes no read beyond the tail and head that were fetched to
 * tell its format, and a large one two or three more of about 1 KiB.
 *
 * @throws {CorruptSourceError} zip, npy or CSR structures are damaged or contradict each other.
 * @throws {UnsupportedSourceError} compressed, not CSR, or of elements that are not read.
 * @throws {BoundExceededError} more than 2^31 - 1 columns, or a header beyond any use.
 * @see https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.save_npz.html
 */
export async function resolveNpz({ unit, source }: FormatInput): Promise<Resolution> {
  const directory = await readZipDirectory(source);
  const headers = await withPrefetched(source, headerRanges(directory));
  const readMember = async (name: MemberName): Promise<NpyArray> => {
    const member = findMember(source, directory, name);
    const range = await locateMember(headers, directory, member);
    return readNpyHeader(headers, range, `${member.name} in ${source.uri}`);
  };
  const readArray = async (name: MemberName) =>
    toArrayLayout(await readMember(name), { kind: 'stored', object: 0 });
  checkFormat(source.uri, await readScalarText(headers, await readMember('format')));
  const arrays = {
    format: 'npz',
    uri: source.uri,
    objects: unit.objects,
    shape: await readSmallIntegers(headers, await readMember('shape')),
    indptr: await readArray('indptr'),
    indices: await readArray('indices'),
    data: await readArray('data'),
  } as const;
  return { matrix: await assembleCsr(arrays, headers) };
}
