import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { openBsrEntries } from '#core/sparse/formats/entries/bsr.ts';
import { cooEntries } from '#core/sparse/formats/entries/coo.ts';
import { openCscEntries } from '#core/sparse/formats/entries/csc.ts';
import { openDiaEntries } from '#core/sparse/formats/entries/dia.ts';
import { checkShape } from '#core/sparse/layout/assemble-csr.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';
import type { EntrySource } from '#core/sparse/stage/entry-source.ts';
import { type ArrayFile, type MemberArray, type MemberName, toStoredArray } from './array-file.ts';

/** A matrix that is not CSR. */
export interface NpzEntries {
  /** Name of the source in messages. */
  readonly uri: string;
  readonly file: ArrayFile;
  /** The shape as stored. */
  readonly shape: readonly number[];
}

async function readVector({ file }: NpzEntries, name: MemberName): Promise<StoredArray> {
  return toStoredArray(await file.read(name), 1);
}

/**
 * Refuses an array whose first index varies fastest, which is not expected here. In one dimension
 * there is no difference.
 */
function checkOrder(uri: string, name: string, { header }: MemberArray): void {
  if (!header.isFortran) return;
  throw new UnsupportedSourceError(
    `${uri} has ${name} in Fortran order, allowed is C order; save it with scipy.sparse.save_npz(path, matrix.tocsr())`,
  );
}

/**
 * Reads rows and columns: two arrays, or the two rows of one array, which newer SciPy may write.
 */
async function readCoordinates(
  entries: NpzEntries,
): Promise<{ readonly row: StoredArray; readonly col: StoredArray }> {
  const { uri, file } = entries;
  if (!file.has('coords')) {
    return { row: await readVector(entries, 'row'), col: await readVector(entries, 'col') };
  }
  const member = await file.read('coords');
  const coords = toStoredArray(member, 2);
  checkOrder(uri, 'coords', member);
  const [dimensions = 0, length = 0] = member.header.shape;
  if (dimensions !== 2) {
    throw new CorruptSourceError(
      `${uri} has coords of ${dimensions} dimensions, expected rows and columns`,
    );
  }
  const offset = coords.offset + length * ITEM_BYTES[coords.dtype];
  return { row: { ...coords, length }, col: { ...coords, length, offset } };
}

async function openCoo(entries: NpzEntries): Promise<EntrySource> {
  const { uri } = entries;
  const shape = checkShape(uri, entries.shape);
  const coordinates = await readCoordinates(entries);
  return cooEntries({ uri, shape, ...coordinates, data: await readVector(entries, 'data') });
}

async function openCsc(entries: NpzEntries): Promise<EntrySource> {
  const { uri, shape } = entries;
  return openCscEntries({
    uri,
    shape,
    indptr: await readVector(entries, 'indptr'),
    indices: await readVector(entries, 'indices'),
    data: await readVector(entries, 'data'),
  });
}

async function openBsr(entries: NpzEntries): Promise<EntrySource> {
  const { uri, shape, file } = entries;
  const member = await file.read('data');
  const data = toStoredArray(member, 3);
  checkOrder(uri, 'blocks', member);
  return openBsrEntries({
    uri,
    shape,
    dataShape: member.header.shape,
    indptr: await readVector(entries, 'indptr'),
    indices: await readVector(entries, 'indices'),
    data,
  });
}

async function openDia(entries: NpzEntries): Promise<EntrySource> {
  const { uri, shape, file } = entries;
  const member = await file.read('data');
  return openDiaEntries({
    uri,
    shape,
    dataShape: member.header.shape,
    isFortran: member.header.isFortran,
    offsets: await readVector(entries, 'offsets'),
    data: toStoredArray(member, 2),
  });
}

/**
 * The function that opens the entries of each format. SciPy's `tocsr()` converts all of them to
 * CSR.
 */
export const ENTRY_FORMATS: ReadonlyMap<string, (entries: NpzEntries) => Promise<EntrySource>> =
  new Map([
    ['csc', openCsc],
    ['coo', openCoo],
    ['bsr', openBsr],
    ['dia', openDia],
  ]);
