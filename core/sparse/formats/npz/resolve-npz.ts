import { readScalarText, readSmallIntegers } from '#core/containers/npy/small-values.ts';
import { RequestError, UnsupportedSourceError } from '#core/errors.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import { resolveEntries } from '#core/sparse/formats/convert-entries.ts';
import type { FormatInput, Resolution } from '#core/sparse/formats/matrix-format.ts';
import { assembleCsr } from '#core/sparse/layout/assemble-csr.ts';
import { toArrayLayout } from '#core/sparse/layout/npy-array.ts';
import { stageConversion } from '#core/sparse/stage/convert.ts';
import type { EntrySource } from '#core/sparse/stage/entry-source.ts';
import { INDEX_ROUND } from './npz-streams.ts';
import { ENTRY_FORMATS, type NpzEntries } from './open-entries.ts';
import { type MemberName, type NpzFile, openNpz } from './open-npz.ts';

/** What an npz file says of its sparse matrix, whatever the format. */
interface NpzFacts {
  readonly file: NpzFile;
  /** The shape as stored: any number of dimensions, possibly negative. */
  readonly shape: readonly number[];
  /** Opens the entries; undefined for CSR. */
  readonly openEntries: ((entries: NpzEntries) => Promise<EntrySource>) | undefined;
}

async function readFacts({ source, staged }: FormatInput): Promise<NpzFacts> {
  const file = await openNpz(source, staged);
  const text = await file.read('format');
  const format = await readScalarText(text.source, text.header);
  const openEntries = ENTRY_FORMATS.get(format);
  if (format !== 'csr' && openEntries === undefined) {
    throw new UnsupportedSourceError(
      `${source.uri} is in the unknown format ${JSON.stringify(format)}, allowed are csr, ${[...ENTRY_FORMATS.keys()].join(', ')}; save it with scipy.sparse.save_npz(path, matrix.tocsr(), compressed=False)`,
    );
  }
  const shape = await file.read('shape');
  return { file, shape: await readSmallIntegers(shape.source, shape.header), openEntries };
}

async function assemble(
  { unit, source }: FormatInput,
  { file, shape }: Pick<NpzFacts, 'file' | 'shape'>,
): Promise<Resolution> {
  const readArray = async (name: MemberName) => {
    const { header, stream } = await file.read(name);
    return toArrayLayout(header, stream);
  };
  const arrays = {
    format: 'npz',
    uri: source.uri,
    objects: [...unit.objects, ...file.indexes],
    shape,
    indptr: await readArray('indptr'),
    indices: await readArray('indices'),
    data: await readArray('data'),
  } as const;
  // Headers were read without an index, so what they show to be wrong is refused before the pass
  // that makes an index.
  if (file.jobs.length > 0) return { jobs: file.jobs };
  const indptr = await file.read('indptr');
  return { layout: await assembleCsr(arrays, indptr.source) };
}

/**
 * Finds the arrays of a matrix that `scipy.sparse.save_npz` wrote. For compressed arrays a seek
 * index is made first. CSR rows are then read from the file. CSC, COO, BSR and DIA are first
 * converted to parts by rows.
 *
 * @throws {CorruptSourceError} zip, npy or matrix structures are damaged or contradict each other.
 * @throws {UnsupportedSourceError} the file is encrypted, or its format, compression or elements
 * are not supported.
 * @throws {BoundExceededError} more than 2^31 - 1 columns, or a header or shape that is too large.
 * @see https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.save_npz.html
 */
export async function resolveNpz(input: FormatInput): Promise<Resolution> {
  const { openEntries, ...facts } = await readFacts(input);
  if (openEntries === undefined) return await assemble(input, facts);
  if (facts.file.jobs.length > 0) return { jobs: facts.file.jobs };
  const entries = await openEntries({ uri: input.source.uri, ...facts });
  return await resolveEntries('npz', entries, input.staged);
}

/**
 * Does one job: makes the seek index of a compressed array, or does a part of the conversion of a
 * matrix that is not CSR.
 *
 * @throws {CorruptSourceError} the array is damaged, or an entry lies outside the matrix.
 * @throws {RequestError} there is no such job.
 */
export async function stageNpz(
  job: StageJob,
  input: FormatInput,
  signal?: AbortSignal,
): Promise<void> {
  const { source, staged } = input;
  if (job.round === INDEX_ROUND) {
    const indexed = await openNpz(source, staged);
    return await indexed.stageIndex(job.index, signal);
  }
  const { file, shape, openEntries } = await readFacts(input);
  if (openEntries === undefined) {
    throw new RequestError([
      `${source.uri} is CSR, which has no jobs of a round ${JSON.stringify(job.round)}, only ${INDEX_ROUND}`,
    ]);
  }
  const entries = await openEntries({ uri: source.uri, file, shape });
  await stageConversion(entries, staged, job);
}
