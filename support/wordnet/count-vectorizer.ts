/**
 * A matrix of word counts as `CountVectorizer.fit_transform` returns it: CSR, columns ascending in
 * each row.
 */
export interface CountMatrix {
  /** The word of each column. */
  readonly vocabulary: readonly string[];
  /** `documents + 1` offsets into `indices` and `data`. */
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly data: BigInt64Array;
}

/**
 * The counted documents before rare words are dropped. Words are numbered in order of appearance.
 */
interface RawCounts {
  readonly ids: Map<string, number>;
  /** Number of documents each word occurs in. */
  readonly documentFrequency: number[];
  readonly indptr: number[];
  readonly words: number[];
  readonly counts: number[];
}

/**
 * Runs of at least two of Python's `\w`: letters, numbers and `_`, but no combining marks. A greedy
 * match of a run is what `\b\w\w+\b` finds, so the boundaries need no test of their own.
 */
const TOKENS = /[\p{L}\p{N}_]{2,}/gu;

/** UTF-8 orders like code points, which is how Python compares strings; UTF-16 does not. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function countTokens(text: string, ids: Map<string, number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [token] of text.toLowerCase().matchAll(TOKENS)) {
    let id = ids.get(token);
    if (id === undefined) {
      id = ids.size;
      ids.set(token, id);
    }
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

async function countDocuments(
  documents: AsyncIterable<string> | Iterable<string>,
): Promise<RawCounts> {
  const raw: RawCounts = {
    ids: new Map(),
    documentFrequency: [],
    indptr: [0],
    words: [],
    counts: [],
  };
  for await (const document of documents) {
    for (const [id, count] of countTokens(document, raw.ids)) {
      raw.documentFrequency[id] = (raw.documentFrequency[id] ?? 0) + 1;
      raw.words.push(id);
      raw.counts.push(count);
    }
    raw.indptr.push(raw.words.length);
  }
  return raw;
}

/** Column of each word number, or -1 for the words that are too rare. */
function columnsOf(raw: RawCounts, vocabulary: readonly string[]): Int32Array {
  const columns = new Int32Array(raw.ids.size).fill(-1);
  for (const [column, word] of vocabulary.entries()) columns[raw.ids.get(word)!] = column;
  return columns;
}

/**
 * Counts words as scikit-learn's `CountVectorizer(min_df=minDf)` does with its defaults: lower
 * case, tokens of two or more word characters, columns in code-point order, int64 counts, int32
 * indices.
 *
 * Holds about 20 bytes per distinct word of each document.
 *
 * @param minDf words in fewer documents than this get no column.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.feature_extraction.text.CountVectorizer.html
 */
export async function countVectorize(
  documents: AsyncIterable<string> | Iterable<string>,
  minDf: number,
): Promise<CountMatrix> {
  const raw = await countDocuments(documents);
  const vocabulary = [...raw.ids]
    .filter(([, id]) => raw.documentFrequency[id]! >= minDf)
    .map(([word]) => word)
    .sort(byCodePoint);
  const columns = columnsOf(raw, vocabulary);
  const nnz = raw.words.reduce((sum, id) => sum + (columns[id]! < 0 ? 0 : 1), 0);
  const indptr = new Int32Array(raw.indptr.length);
  const indices = new Int32Array(nnz);
  const data = new BigInt64Array(nnz);
  let end = 0;
  for (let row = 0; row + 1 < indptr.length; row++) {
    const entries: [column: number, count: number][] = [];
    for (let at = raw.indptr[row]!; at < raw.indptr[row + 1]!; at++) {
      const column = columns[raw.words[at]!]!;
      if (column >= 0) entries.push([column, raw.counts[at]!]);
    }
    for (const [column, count] of entries.sort(([a], [b]) => a - b)) {
      indices[end] = column;
      data[end++] = BigInt(count);
    }
    indptr[row + 1] = end;
  }
  return { vocabulary, indptr, indices, data };
}
