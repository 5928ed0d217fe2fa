import { planMatrix } from '#core/chunks/plan-matrix.ts';
import { BoundExceededError } from '#core/errors.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { MAX_PARTS, PART_BYTES_OF_OBJECT } from '#core/outputs/single-object.ts';
import type { Chunking } from '#core/request/request-schema.ts';
import { type MatrixInfo, withRows } from '#core/sparse/matrix-facts.ts';
import { PLAIN_CSV } from './plain-csv.ts';
import { createRandom, type Random } from './seeded-random.ts';

/** A matrix by its counts, and how it is to become one object. */
interface RandomPlan {
  readonly matrix: MatrixInfo;
  readonly indptr: Float64Array;
  readonly chunking: Chunking;
  readonly output: ReturnType<typeof matrixOutputOf>;
}

/** What was seen in many plans. */
export interface PlansSeen {
  readonly planned: number;
  readonly refused: number;
  /** Refusals that named a target, by which the same rows were then planned. */
  readonly remedied: number;
  readonly mostChunks: number;
}

const DTYPES = ['bool', 'int8', 'int64', 'float64'] as const;
const PROFILES = ['typed', 'empty', 'zero0'] as const;

/** A power of two with something beside it: small and huge numbers are as likely. */
function anyOf(random: Random, least: number, most: number): number {
  return Math.floor(2 ** (least + random.next() * (most - least)));
}

/** Stored entries of a row: none, few, or as many as a writer reads at once. */
function entriesOf(random: Random, columns: number): number {
  if (random.chance(0.3)) return 0;
  const most = random.chance(0.1) ? 24 : 12;
  return Math.min(columns, anyOf(random, 0, most));
}

function randomPlan(random: Random): RandomPlan {
  const columns = anyOf(random, 0, random.chance(0.2) ? 31 : 24);
  const rows = random.chance(0.002) ? 25_000 : random.integer(0, 60);
  const usual = entriesOf(random, columns);
  const indptr = new Float64Array(rows + 1);
  for (let row = 0; row < rows; row += 1) {
    const own = rows > 100 || random.chance(0.5) ? usual : entriesOf(random, columns);
    indptr[row + 1] = indptr[row]! + own;
  }
  const dialect = { ...PLAIN_CSV.dialect, profile: random.pick(PROFILES) };
  const compression = random.pick(['none', 'gzip'] as const);
  const spec = { ...PLAIN_CSV, dialect, compression, single: true } as const;
  const chunking = random.pick<Chunking>([
    'automatic',
    { targetBytes: anyOf(random, 0, 34) },
    { rows: anyOf(random, 0, 6) },
  ]);
  const dtype = random.pick(DTYPES);
  const matrix = { shape: [rows, columns] as const, dtype, nnz: indptr[rows]! };
  return { matrix, indptr, chunking, output: matrixOutputOf(spec) };
}

/** Plans it. @returns the chunks, or why they were refused */
async function tried({ matrix, indptr, chunking, output }: RandomPlan) {
  const bands = (async function* () {
    yield indptr.slice();
  })();
  try {
    return await Array.fromAsync(planMatrix(bands, { matrix, output, chunking, chunksBefore: 0 }));
  } catch (error) {
    if (error instanceof BoundExceededError) return error.message;
    throw error;
  }
}

/** @throws a part is too short or too long, or there are too many. */
async function checked(plan: RandomPlan): Promise<number | string> {
  const chunks = await tried(plan);
  if (typeof chunks === 'string') return chunks;
  if (chunks.length > MAX_PARTS) throw new Error(`${chunks.length} parts`);
  const { least, most } = PART_BYTES_OF_OBJECT;
  for (const { index, rowStart, rowEnd } of chunks) {
    const nnz = plan.indptr[rowEnd]! - plan.indptr[rowStart]!;
    const rows = withRows(plan.matrix, rowEnd - rowStart, nnz);
    const { min, max } = plan.output.part!.bounds(rows);
    const isLast = index === chunks.length - 1;
    if (max > most || (min < least && !isLast)) {
      throw new Error(`part ${index + 1} of ${chunks.length} has ${min} to ${max} bytes`);
    }
  }
  return chunks.length;
}

/**
 * Plans random matrices as one object, with rows of nothing beside rows of gigabytes, and checks
 * that every part but the last has 5 MiB, all at most 5 GiB, and that there are at most 10,000. A
 * refusal that names another target must be right about it.
 */
export async function planSingles(count: number, seed: number): Promise<PlansSeen> {
  const random = createRandom(seed);
  const seen = { planned: 0, refused: 0, remedied: 0, mostChunks: 0 };
  for (let each = 0; each < count; each += 1) {
    const plan = randomPlan(random);
    const ended = await checked(plan);
    if (typeof ended === 'number') {
      seen.planned += 1;
      seen.mostChunks = Math.max(seen.mostChunks, ended);
      continue;
    }
    seen.refused += 1;
    const target = /chunking\.targetBytes (\d+)$/.exec(ended)?.[1];
    if (target === undefined) continue;
    const again = await checked({ ...plan, chunking: { targetBytes: Number(target) } });
    if (typeof again === 'number') seen.remedied += 1;
    else if (!again.includes('leave out output.single')) throw new Error(`${ended}, but ${again}`);
  }
  return seen;
}
