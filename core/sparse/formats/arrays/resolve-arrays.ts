import { parseDescr } from '#core/containers/npy/descr.ts';
import { RequestError } from '#core/errors.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { resolveEntries } from '#core/sparse/formats/convert-entries.ts';
import type { Resolution } from '#core/sparse/formats/matrix-format.ts';
import { assembleCsr } from '#core/sparse/layout/assemble-csr.ts';
import { toArrayLayout } from '#core/sparse/layout/npy-array.ts';
import { stageConversion } from '#core/sparse/stage/convert.ts';
import type { ArrayFile, MemberName } from './array-file.ts';
import { type MatrixHeader, readMatrixHeader } from './matrix-header.ts';
import { openEntries } from './open-entries.ts';
import { unusedNames } from './unused-names.ts';

/** Named arrays that are to be one matrix. */
export interface GivenArrays {
  readonly format: 'npz' | 'npy';
  readonly file: ArrayFile;
}

/** What the header of the values says of the entries. */
async function storedIn(file: ArrayFile) {
  const { header } = await file.read('data');
  const { dtype } = parseDescr(header.descr, header.where);
  return { stored: { dtype, entries: header.shape.reduce((product, size) => product * size, 1) } };
}

async function assemble({ format, file }: GivenArrays, header: MatrixHeader): Promise<Resolution> {
  const { shape, fillValue } = header;
  const readArray = async (name: MemberName) => {
    const { header: array, stream } = await file.read(name);
    return toArrayLayout(array, stream);
  };
  const arrays = {
    ...{ format, uri: file.uri, shape, fillValue, objects: file.objects },
    indptr: await readArray('indptr'),
    indices: await readArray('indices'),
    data: await readArray('data'),
  };
  // Headers were read without an index, so what they show to be wrong is refused before the pass
  // that makes an index.
  if (file.jobs.length > 0) return { jobs: file.jobs, shape, ...(await storedIn(file)) };
  const { source } = await file.read('indptr');
  return { layout: await assembleCsr(arrays, source), unused: unusedNames(file, header.format) };
}

/**
 * Finds the rows of a matrix in named arrays. CSR rows are read where they lie. CSC, COO, BSR and
 * DIA are first converted to parts by rows.
 *
 * @param header what the arrays say of their matrix.
 * @throws {CorruptSourceError} arrays are damaged or contradict each other.
 * @throws {UnsupportedSourceError} elements of a type that is not read.
 */
export async function resolveArrays(
  given: GivenArrays,
  header: MatrixHeader,
  staged: StageStore,
): Promise<Resolution> {
  const { file } = given;
  const { format, shape, fillValue } = header;
  if (format === 'csr') return await assemble(given, header);
  if (file.jobs.length > 0) return { jobs: file.jobs, shape, ...(await storedIn(file)) };
  const entries = await openEntries(format, { file, shape });
  const resolution = await resolveEntries(given.format, entries, staged);
  if ('jobs' in resolution) return resolution;
  return { layout: { ...resolution.layout, fillValue }, unused: unusedNames(file, format) };
}

/**
 * Does a part of the conversion of a matrix that is not CSR.
 *
 * @throws {CorruptSourceError} an entry lies outside the matrix.
 * @throws {RequestError} the matrix is CSR, which is not converted.
 */
export async function stageArrays(
  job: StageJob,
  file: ArrayFile,
  staged: StageStore,
): Promise<void> {
  const { format, shape } = await readMatrixHeader(file);
  if (format === 'csr') {
    throw new RequestError([
      `${file.uri} is CSR, which has no jobs of a round ${JSON.stringify(job.round)}`,
    ]);
  }
  await stageConversion(await openEntries(format, { file, shape }), staged, job);
}
