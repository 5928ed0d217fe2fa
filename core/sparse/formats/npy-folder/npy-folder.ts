import { RequestError } from '#core/errors.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import { type ArrayFile, missingArray } from '#core/sparse/formats/arrays/array-file.ts';
import { type MatrixHeader, readMatrixHeader } from '#core/sparse/formats/arrays/matrix-header.ts';
import { resolveArrays, stageArrays } from '#core/sparse/formats/arrays/resolve-arrays.ts';
import type { FormatInput, MatrixFormat, Resolution } from '#core/sparse/formats/matrix-format.ts';
import { countColumns } from './count-columns.ts';
import { openFolder } from './open-folder.ts';

/** Object that the only job makes: the number of columns as JSON. */
const COLUMNS = 'columns.json';

const JOB = { round: 'columns', index: 0 } as const;

const MAX_DIGITS = 16;

/** The arrays of each format, without `shape` and `format`, which may be missing. */
const ARRAYS = [['indptr', 'indices'], ['row', 'col'], ['coords'], ['offsets']] as const;

function matchesFolder(names: ReadonlySet<string>): boolean {
  if (!names.has('data.npy') || names.has('meta.json')) return false;
  return ARRAYS.some((arrays) => arrays.every((name) => names.has(`${name}.npy`)));
}

/** @returns undefined if the number is neither in the request nor staged yet. */
async function knownColumns({ options, staged }: FormatInput): Promise<number | undefined> {
  if (options.columns !== undefined) return options.columns;
  const counted = await staged.open(COLUMNS);
  if (counted === undefined) return undefined;
  const length = Math.min(counted.source.size, MAX_DIGITS);
  return Number(new TextDecoder().decode(await counted.source.read({ offset: 0, length })));
}

/** Resolves arrays without `shape`: they must be CSR, whose columns are counted or given. */
async function resolveBare(file: ArrayFile, input: FormatInput): Promise<Resolution> {
  const columns = await knownColumns(input);
  const { header: indptr } = await file.read('indptr');
  const header = await readMatrixHeader(file, [(indptr.shape[0] ?? 0) - 1, columns ?? 0]);
  if (header.format !== 'csr') throw missingArray(file, 'shape');
  const resolution = await resolveArrays({ format: 'npy', file }, header, input.staged);
  return columns === undefined ? { jobs: [JOB] } : resolution;
}

/** @throws {RequestError} the request has another number of columns than `shape.npy`. */
function checkColumns({ unit, options }: FormatInput, { shape }: MatrixHeader): void {
  const { columns } = options;
  if (columns === undefined || columns === shape[1]) return;
  throw new RequestError([
    `columns is ${columns}, but the shape.npy of ${unit.uri} says ${shape.join(' × ')}; leave columns out, or mend shape.npy`,
  ]);
}

async function resolve(input: FormatInput): Promise<Resolution> {
  const file = openFolder(input);
  if (!file.has('shape') && file.has('indptr')) return await resolveBare(file, input);
  const header = await readMatrixHeader(file);
  checkColumns(input, header);
  return await resolveArrays({ format: 'npy', file }, header, input.staged);
}

async function stage(job: StageJob, input: FormatInput): Promise<void> {
  const file = openFolder(input);
  if (job.round !== JOB.round) return await stageArrays(job, file, input.staged);
  const columns = await countColumns(file);
  await input.staged.create(COLUMNS, [new TextEncoder().encode(String(columns))]);
}

/**
 * A folder of arrays as `numpy.save` writes them, named as the members of an npz file: also an npz
 * file that was unpacked. Without `shape.npy` and `format.npy` it is CSR, and has as many columns
 * as the highest index needs, as in `scipy.sparse.csr_matrix`; if the request does not name their
 * number, one job reads all of `indices` once.
 */
export const npyFolder: MatrixFormat = {
  name: 'npy',
  matches: () => false,
  matchesFolder,
  resolve,
  stage,
};
