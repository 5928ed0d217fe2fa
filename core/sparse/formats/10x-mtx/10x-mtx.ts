import type { FormatInput, MatrixFormat } from '#core/sparse/formats/matrix-format.ts';
import { resolveMtx, stageMtx } from '#core/sparse/formats/mtx/mtx.ts';
import { checkShape } from '#core/sparse/layout/assemble-csr.ts';
import type { EntryBatch, EntrySource } from '#core/sparse/stage/entry-source.ts';
import { tsvNames } from './tsv-names.ts';

/** Names of the files of a folder by what they hold; Cell Ranger 2 wrote `genes.tsv`. */
const FILES = {
  matrix: ['matrix.mtx.gz', 'matrix.mtx'],
  features: ['features.tsv.gz', 'features.tsv', 'genes.tsv.gz', 'genes.tsv'],
  barcodes: ['barcodes.tsv.gz', 'barcodes.tsv'],
} as const;

function matchesFolder(names: ReadonlySet<string>): boolean {
  return Object.values(FILES).every((files) => files.some((name) => names.has(name)));
}

/** The object of the folder that holds one of these; {@link matchesFolder} has found it. */
function open({ unit, store }: FormatInput, what: keyof typeof FILES) {
  const names = new Map(unit.objects.map((pin) => [pin.uri.slice(unit.uri.length), pin]));
  const name = FILES[what].find((file) => names.has(file))!;
  return store.open(names.get(name)!);
}

async function* swap(batches: AsyncIterable<EntryBatch>): AsyncGenerator<EntryBatch> {
  for await (const { rows, columns, data } of batches) yield { rows: columns, columns: rows, data };
}

/** The entries of the transpose: rows become columns. */
function transposed(entries: EntrySource): EntrySource {
  const [rows, columns] = entries.shape;
  return {
    ...entries,
    shape: checkShape(entries.uri, [columns, rows]),
    readSegment: (segment) => swap(entries.readSegment(segment)),
  };
}

const READING = { format: '10x-mtx', turn: transposed } as const;

function withMatrix(input: FormatInput): FormatInput {
  return { ...input, source: open(input, 'matrix') };
}

/**
 * A folder that Cell Ranger writes, such as `filtered_feature_bc_matrix/`: a Matrix Market file of
 * features × barcodes, read as barcodes × features like the 10x file of the same run, and the names
 * of both.
 */
export const tenxMtx: MatrixFormat = {
  name: '10x-mtx',
  matches: () => false,
  matchesFolder,
  resolve: (input) => resolveMtx(withMatrix(input), READING),
  stage: (job, input, signal) => stageMtx(job, withMatrix(input), READING, signal),
  async columnNames(input) {
    return tsvNames(open(input, 'features'), input.options.featureIds ? 0 : 1);
  },
  async rowNames(input) {
    return tsvNames(open(input, 'barcodes'), 0);
  },
};
