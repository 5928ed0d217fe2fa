import { RequestError } from '#core/errors.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import { resolveEntries } from '#core/sparse/formats/convert-entries.ts';
import type { FormatInput, Resolution } from '#core/sparse/formats/matrix-format.ts';
import { assembleCsr } from '#core/sparse/layout/assemble-csr.ts';
import { toArrayLayout } from '#core/sparse/layout/npy-array.ts';
import { stageConversion } from '#core/sparse/stage/convert.ts';
import { type ArrayFile, type MemberName, unusedNames } from './array-file.ts';
import { type MatrixHeader, readMatrixHeader } from './matrix-header.ts';

/** Named arrays that are to be one matrix. */
export interface GivenArrays {
  readonly format: 'npz' | 'npy';
  readonly file: ArrayFile;
}

async function assemble(
  { format, file }: GivenArrays,
  { shape, fillValue }: Pick<MatrixHeader, 'shape' | 'fillValue'>,
  uri: string,
): Promise<Resolution> {
  const readArray = async (name: MemberName) => {
    const { header, stream } = await file.read(name);
    return toArrayLayout(header, stream);
  };
  const arrays = {
    ...{ format, uri, shape, fillValue, objects: file.objects },
    indptr: await readArray('indptr'),
    indices: await readArray('indices'),
    data: await readArray('data'),
  };
  // Headers were read without an index, so what they show to be wrong is refused before the pass
  // that makes an index.
  if (file.jobs.length > 0) return { jobs: file.jobs };
  const indptr = await file.read('indptr');
  return { layout: await assembleCsr(arrays, indptr.source), unused: unusedNames(file) };
}

/**
 * Finds the rows of a matrix in named arrays. CSR rows are read where they lie. CSC, COO, BSR and
 * DIA are first converted to parts by rows.
 *
 * @param header what is known of the matrix; read from the arrays by default.
 * @throws {CorruptSourceError} arrays are damaged or contradict each other.
 * @throws {UnsupportedSourceError} the format or elements are not supported.
 * @throws {BoundExceededError} more than 2^31 - 1 columns, or a header or shape that is too large.
 */
export async function resolveArrays(
  given: GivenArrays,
  { unit, staged }: FormatInput,
  header?: MatrixHeader,
): Promise<Resolution> {
  const { format, file } = given;
  const { uri } = unit;
  const { openEntries, ...facts } = header ?? (await readMatrixHeader(uri, file));
  if (openEntries === undefined) return await assemble(given, facts, uri);
  if (file.jobs.length > 0) return { jobs: file.jobs };
  const entries = await openEntries({ uri, file, shape: facts.shape });
  const resolution = await resolveEntries(format, entries, staged);
  if ('jobs' in resolution) return resolution;
  const { fillValue } = facts;
  return { layout: { ...resolution.layout, fillValue }, unused: unusedNames(file) };
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
  { unit, staged }: FormatInput,
): Promise<void> {
  const { uri } = unit;
  const { shape, openEntries } = await readMatrixHeader(uri, file);
  if (openEntries === undefined) {
    throw new RequestError([
      `${uri} is CSR, which has no jobs of a round ${JSON.stringify(job.round)}`,
    ]);
  }
  await stageConversion(await openEntries({ uri, file, shape }), staged, job);
}
