import { type NumberDataset, parseDataset } from '#core/containers/hdf5/dataset.ts';
import { openDatasetOf, openRoot } from '#core/containers/hdf5/group.ts';
import { hasSuperblock, isHdf5, openHdf5 } from '#core/containers/hdf5/superblock.ts';
import { RequestError } from '#core/errors.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import { resolveEntries } from '#core/sparse/formats/convert-entries.ts';
import { openCscEntries } from '#core/sparse/formats/entries/csc.ts';
import type { FormatInput, MatrixFormat, Resolution } from '#core/sparse/formats/matrix-format.ts';
import { assembleCsr, checkShape } from '#core/sparse/layout/assemble-csr.ts';
import type { ArrayLayout } from '#core/sparse/layout/matrix-layout.ts';
import type { Names } from '#core/sparse/names.ts';
import { stageConversion } from '#core/sparse/stage/convert.ts';
import type { EntrySource } from '#core/sparse/stage/entry-source.ts';
import { type FoundMatrix, findMatrix } from './find-matrix.ts';
import { type Axis, findNames } from './names.ts';
import {
  ARRAY_NAMES,
  type ArrayName,
  type FoundArray,
  findArray,
  stageIndex,
} from './staged-array.ts';

/** A matrix whose headers have been read. */
interface OpenedMatrix extends FoundMatrix {
  readonly datasets: Readonly<Record<ArrayName, NumberDataset>>;
}

type FoundArrays = Readonly<Record<ArrayName, FoundArray>>;

async function open({ source, options }: FormatInput): Promise<OpenedMatrix> {
  const found = await findMatrix(await openRoot(await openHdf5(source)), options);
  const openDataset = async (name: ArrayName) =>
    parseDataset(await openDatasetOf(found.group, name));
  const datasets = {
    indptr: await openDataset('indptr'),
    indices: await openDataset('indices'),
    data: await openDataset('data'),
  };
  return { ...found, datasets };
}

/** Finds the arrays, or the jobs that make the chunk tables of those in chunks. */
async function findArrays(
  { datasets }: OpenedMatrix,
  { staged }: FormatInput,
): Promise<{ readonly arrays: FoundArrays } | { readonly jobs: readonly StageJob[] }> {
  const [indptr, indices, data] = await Promise.all(
    ARRAY_NAMES.map((name) => findArray(name, datasets[name], staged)),
  );
  if (indptr !== undefined && indices !== undefined && data !== undefined) {
    return { arrays: { indptr, indices, data } };
  }
  const found = [indptr, indices, data];
  const missing = [...found.keys()].filter((index) => found[index] === undefined);
  return { jobs: missing.map((index) => ({ round: 'index', index })) };
}

/**
 * Adds the staged chunk table of an array to the objects of a part, and refers to it by its number
 * there.
 */
function locate(objects: SourcePin[], { layout, index }: FoundArray): ArrayLayout {
  if (layout.stream.kind !== 'chunks' || index === undefined) return layout;
  return { ...layout, stream: { ...layout.stream, index: objects.push(index) - 1 } };
}

async function assemble(
  { format, shape, group }: OpenedMatrix,
  arrays: FoundArrays,
  { unit }: FormatInput,
): Promise<Resolution> {
  const objects = [...unit.objects];
  const located = {
    indptr: locate(objects, arrays.indptr),
    indices: locate(objects, arrays.indices),
    data: locate(objects, arrays.data),
  };
  const csr = { format, uri: group.where, shape, objects, ...located };
  return { layout: await assembleCsr(csr, arrays.indptr.stored.source) };
}

/** Opens the entries of a matrix that is stored by columns. */
async function openEntries(
  { group, shape }: OpenedMatrix,
  arrays: FoundArrays,
): Promise<EntrySource> {
  return await openCscEntries({
    uri: group.where,
    shape,
    indptr: arrays.indptr.stored,
    indices: arrays.indices.stored,
    data: arrays.data.stored,
  });
}

async function resolve(input: FormatInput): Promise<Resolution> {
  const matrix = await open(input);
  const found = await findArrays(matrix, input);
  if ('jobs' in found) {
    return { ...found, shape: checkShape(matrix.group.where, matrix.shape) };
  }
  if (matrix.order === 'csr') return await assemble(matrix, found.arrays, input);
  const entries = await openEntries(matrix, found.arrays);
  return await resolveEntries(matrix.format, entries, input.staged);
}

async function stage(job: StageJob, input: FormatInput): Promise<void> {
  const matrix = await open(input);
  const name = ARRAY_NAMES[job.index];
  if (job.round === 'index' && name !== undefined) {
    await stageIndex(name, matrix.datasets[name], input.staged);
    return;
  }
  const found = await findArrays(matrix, input);
  if (job.round === 'index' || matrix.order === 'csr' || 'jobs' in found) {
    throw new RequestError([
      `${matrix.group.where} has no job ${job.index} of a round ${job.round}`,
    ]);
  }
  await stageConversion(await openEntries(matrix, found.arrays), input.staged, job);
}

async function namesOf(axis: Axis, { source, options }: FormatInput): Promise<Names | undefined> {
  const root = await openRoot(await openHdf5(source));
  return await findNames(root, await findMatrix(root, options), axis, options);
}

const HDF5 = {
  matches: isHdf5,
  resolve,
  stage,
  columnNames: (input: FormatInput) => namesOf('columns', input),
  rowNames: (input: FormatInput) => namesOf('rows', input),
};

/**
 * An AnnData file, `.h5ad`: `X`, or the matrix that the option `layer` names, stored by rows or by
 * columns. Without that option it also reads a 10x file.
 */
export const h5ad: MatrixFormat = { name: 'h5ad', ...HDF5, looksLike: hasSuperblock };

/** A 10x Genomics file, `.h5`: barcodes × features. */
export const tenx: MatrixFormat = { name: '10x', ...HDF5 };
