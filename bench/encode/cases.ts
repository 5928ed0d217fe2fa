import type { CsrSlice } from '#core/sparse/csr.ts';
import { type TextLikeOptions, textLikeSlice } from '#support/text-like-slice.ts';
import { type CountMatrix, countVectorize } from '#support/wordnet/count-vectorizer.ts';
import { readGlosses } from '#support/wordnet/wordnet-corpus.ts';
import type { Goal } from './goals.ts';
import { tfIdf } from './tf-idf.ts';

/**
 * What must be reached: the speed of plain text compared with a copy of it, and of direct gzip
 * compared with zlib −1 and gzip −6.
 */
interface EncodeGoals {
  readonly copy?: Goal;
  /** The whole encoder, compared with only `String(x)` of each value. */
  readonly floats?: Goal;
  readonly gzipSpeed: Goal;
  readonly gzipSize: Goal;
}

/** A matrix and its goals. */
export interface EncodeCase {
  readonly name: string;
  readonly columns: number;
  readonly slice: CsrSlice;
  readonly goals: EncodeGoals;
}

interface MadeUpCase extends Omit<TextLikeOptions, 'rows'> {
  readonly name: string;
  /** Text of a row, on average. */
  readonly rowBytes: number;
  readonly goals: EncodeGoals;
}

/** Text of each case: what four parts of 16 MiB hold. */
const TEXT_BYTES = 63e6;

const higher = (must: number, aim: number): Goal => ({ must, aim, better: 'higher' });
const lower = (must: number, aim: number): Goal => ({ must, aim, better: 'lower' });

const MADE_UP: readonly MadeUpCase[] = [
  {
    name: 'counts 1k',
    columns: 1000,
    entriesPerRow: 42.6,
    values: 'counts',
    rowBytes: 2001,
    goals: { copy: higher(0.45, 0.9), gzipSpeed: higher(3, 5), gzipSize: lower(1.1, 1) },
  },
  {
    name: 'counts 10k',
    columns: 10_000,
    entriesPerRow: 60.7,
    values: 'counts',
    rowBytes: 20_002,
    goals: { copy: higher(0.7, 0.9), gzipSpeed: higher(10, 15), gzipSize: lower(1, 0.9) },
  },
  {
    name: 'counts 50k',
    columns: 50_000,
    entriesPerRow: 66.9,
    values: 'counts',
    rowBytes: 100_002,
    goals: { copy: higher(0.9, 0.95), gzipSpeed: higher(30, 50), gzipSize: lower(1, 0.9) },
  },
  {
    name: 'TF-IDF 10k',
    columns: 10_000,
    entriesPerRow: 60.7,
    values: 'tf-idf',
    rowBytes: 41_000,
    goals: { floats: lower(1, 0.5), gzipSpeed: higher(3, 5), gzipSize: lower(1, 0.9) },
  },
];

/** As `npm run demo` counts them. */
const MIN_DOCUMENTS = 20;

function firstRows(csr: CountMatrix, data: CsrSlice['data'], rowEnd: number): CsrSlice {
  const nnz = csr.indptr[rowEnd]!;
  const indptr = csr.indptr.subarray(0, rowEnd + 1);
  const indices = csr.indices.subarray(0, nnz);
  return { rowStart: 0, rowEnd, indptr, indices, data: data.subarray(0, nnz), nnz };
}

/**
 * The words of WordNet's glosses, counted and weighted. Of the 117,791 rows, as many as the text
 * needs.
 */
async function wordNetCases(): Promise<EncodeCase[]> {
  const counts = await countVectorize(readGlosses(), MIN_DOCUMENTS);
  const columns = counts.vocabulary.length;
  const rows = Math.floor(TEXT_BYTES / (2 * columns + 5));
  const half = Math.floor(TEXT_BYTES / (4 * columns + 200));
  const gzip = { gzipSize: lower(1.1, 1) };
  return [
    {
      name: 'WordNet counts',
      columns,
      slice: firstRows(counts, counts.data, rows),
      goals: { ...gzip, gzipSpeed: higher(10, 15) },
    },
    {
      name: 'WordNet TF-IDF',
      columns,
      slice: firstRows(counts, tfIdf(counts), half),
      goals: { ...gzip, gzipSpeed: higher(3, 5) },
    },
  ];
}

/**
 * All cases. Each has the goals of speed of the matrices that it is like. The goals of size hold
 * from 10,000 columns on; with fewer columns, a tenth more is allowed.
 */
export async function* encodeCases(): AsyncGenerator<EncodeCase> {
  for (const { name, goals, rowBytes, ...options } of MADE_UP) {
    const slice = textLikeSlice({ ...options, rows: Math.floor(TEXT_BYTES / rowBytes) });
    yield { name, goals, columns: options.columns, slice };
  }
  yield* await wordNetCases();
}

/** What the cases are, in words. */
export const CASES_TEXT = `about 63 MB of text each; made-up document-term matrices: ${MADE_UP.map(
  ({ name, columns, entriesPerRow }) =>
    `${name} (${columns} columns, ${entriesPerRow} entries a row)`,
).join(', ')}; real: the words of WordNet's glosses (7,103 columns, 9.6 entries a row)`;
