import type { StageJob } from '#core/objects/stage-job.ts';
import { type FolderArrays, readFolderArrays } from '#core/sparse/formats/bundle/arrays.ts';
import { ARRAY_FILES } from '#core/sparse/formats/bundle/file-names.ts';
import type { FormatInput, MatrixFormat, Resolution } from '#core/sparse/formats/matrix-format.ts';
import { assembleCsr } from '#core/sparse/layout/assemble-csr.ts';
import { countColumns } from './count-columns.ts';

/** Object that the only job makes: the number of columns as JSON. */
const COLUMNS = 'columns.json';

const JOB = { round: 'columns', index: 0 } as const;

const MAX_DIGITS = 16;

function matchesFolder(names: ReadonlySet<string>): boolean {
  return ARRAY_FILES.every((name) => names.has(name)) && !names.has('meta.json');
}

/** @returns undefined if the number is neither in the request nor staged yet. */
async function knownColumns({ options, staged }: FormatInput): Promise<number | undefined> {
  if (options.columns !== undefined) return options.columns;
  const counted = await staged.open(COLUMNS);
  if (counted === undefined) return undefined;
  const length = Math.min(counted.source.size, MAX_DIGITS);
  return Number(new TextDecoder().decode(await counted.source.read({ offset: 0, length })));
}

/**
 * Finds the arrays of a folder. Six small reads. If the request does not name the number of
 * columns, one job reads all of `indices` once to find the highest index.
 *
 * @throws {CorruptSourceError} an object is missing or damaged.
 * @throws {UnsupportedSourceError} elements of a type that is not supported.
 */
async function resolve(input: FormatInput): Promise<Resolution> {
  const { indptrSource, ...arrays } = await readFolderArrays(input);
  const columns = await knownColumns(input);
  const { uri, objects } = input.unit;
  const shape = [arrays.indptr.length - 1, columns ?? 0];
  const layout = await assembleCsr(
    { format: 'npy', uri, objects, shape, ...arrays } as const,
    indptrSource,
  );
  return columns === undefined ? { jobs: [JOB] } : { layout };
}

async function stage(_job: StageJob, input: FormatInput): Promise<void> {
  const arrays: FolderArrays = await readFolderArrays(input);
  const columns = await countColumns(input, arrays);
  await input.staged.create(COLUMNS, [new TextEncoder().encode(String(columns))]);
}

/**
 * A folder of the three arrays of a CSR matrix, as `numpy.save` writes them: `indptr.npy`,
 * `indices.npy`, `data.npy`. It has as many columns as the highest index needs, as in
 * `scipy.sparse.csr_matrix`.
 */
export const npyFolder: MatrixFormat = {
  name: 'npy',
  matches: () => false,
  matchesFolder,
  resolve,
  stage,
};
