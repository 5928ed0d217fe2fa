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

/** What every sparse matrix in an npz file says of itself. */
interface NpzFacts {
  readonly file: NpzFile;
  /** As stored: any number of dimensions, possibly negative. */
  readonly shape: readonly number[];
  /** Undefined of CSR. */
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
  // Headers have been read without an index: what they tell is refused before the pass that makes one.
  if (file.jobs.length > 0) return { jobs: file.jobs };
  const indptr = await file.read('indptr');
  return { layout: await assembleCsr(arrays, indptr.source) };
}

/**
 * Finds the arrays of a matrix that `scipy.sparse.save_npz` wrote. Compressed arrays get a seek index
 * first. The rows of CSR are read as they lie; CSC, COO, BSR and DIA are first turned into row-ordered
 * parts.
 *
 * @throws {CorruptSourceError} zip, npy or matrix structures are damaged or contradict each other.
 * @throws {UnsupportedSourceError} encrypted, of an unknown format or compression, or of elements that
 * are not read.
 * @throws {BoundExceededError} more than 2^31 - 1 columns, or a header or shape beyond any use.
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
 * Does one job: makes the seek index of a compressed array, or a step of the conversion of a matrix that
 * is not CSR.
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
