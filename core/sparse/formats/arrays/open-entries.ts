import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { openBsrEntries } from '#core/sparse/formats/entries/bsr.ts';
import { cooEntries } from '#core/sparse/formats/entries/coo.ts';
import { openCscEntries } from '#core/sparse/formats/entries/csc.ts';
import { openDiaEntries } from '#core/sparse/formats/entries/dia.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';
import type { EntrySource } from '#core/sparse/stage/entry-source.ts';
import { type ArrayFile, type MemberArray, type MemberName, toStoredArray } from './array-file.ts';

/** Named arrays, and the shape of their matrix. */
interface MatrixArrays {
  readonly file: ArrayFile;
  readonly shape: MatrixLayout['shape'];
}

async function readVector({ file }: MatrixArrays, name: MemberName): Promise<StoredArray> {
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
  arrays: MatrixArrays,
): Promise<{ readonly row: StoredArray; readonly col: StoredArray }> {
  const { file } = arrays;
  const { uri } = file;
  if (!file.has('coords')) {
    return { row: await readVector(arrays, 'row'), col: await readVector(arrays, 'col') };
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

async function openCoo(arrays: MatrixArrays): Promise<EntrySource> {
  const { file, shape } = arrays;
  const coordinates = await readCoordinates(arrays);
  return cooEntries({
    uri: file.uri,
    shape,
    ...coordinates,
    data: await readVector(arrays, 'data'),
  });
}

async function openCsc(arrays: MatrixArrays): Promise<EntrySource> {
  return openCscEntries({
    uri: arrays.file.uri,
    shape: arrays.shape,
    indptr: await readVector(arrays, 'indptr'),
    indices: await readVector(arrays, 'indices'),
    data: await readVector(arrays, 'data'),
  });
}

async function openBsr(arrays: MatrixArrays): Promise<EntrySource> {
  const { file, shape } = arrays;
  const { uri } = file;
  const member = await file.read('data');
  const data = toStoredArray(member, 3);
  checkOrder(uri, 'blocks', member);
  return openBsrEntries({
    uri,
    shape,
    dataShape: member.header.shape,
    indptr: await readVector(arrays, 'indptr'),
    indices: await readVector(arrays, 'indices'),
    data,
  });
}

async function openDia(arrays: MatrixArrays): Promise<EntrySource> {
  const { file, shape } = arrays;
  const { uri } = file;
  const member = await file.read('data');
  return openDiaEntries({
    uri,
    shape,
    dataShape: member.header.shape,
    isFortran: member.header.isFortran,
    offsets: await readVector(arrays, 'offsets'),
    data: toStoredArray(member, 2),
  });
}

const OPENERS = { csc: openCsc, coo: openCoo, bsr: openBsr, dia: openDia } as const;

/**
 * Opens the entries of a matrix that is not CSR; SciPy's `tocsr()` converts all of them.
 *
 * @throws {CorruptSourceError} an array is missing or damaged, or they contradict each other.
 * @throws {UnsupportedSourceError} elements of a type, or in an order, that is not read.
 */
export async function openEntries(
  format: keyof typeof OPENERS,
  arrays: MatrixArrays,
): Promise<EntrySource> {
  return await OPENERS[format](arrays);
}
