import { OutputConflictError } from '#core/errors.ts';
import type { Compression } from '#core/outputs/compression.ts';
import type { CsvDialect } from '#core/outputs/csv/csv-dialect.ts';
import { EMPTY_BASE, type RunBase } from '#core/run/run.ts';
import type { MatrixInfo } from '#core/sparse/csr.ts';
import type { Generation, ManifestHead } from './manifest.ts';

/** What all rows of a set have in common. */
export interface RowKind {
  readonly dialect: CsvDialect;
  readonly compression: Compression;
  /** Undefined as long as the source has not been read. */
  readonly matrix?: Omit<MatrixInfo, 'nnz'>;
}

/**
 * The generations of a set, the first one first.
 *
 * @param where URI of the set, for the message.
 * @throws {OutputConflictError} the manifest does not tell: it was written before rows could be appended.
 */
export function generationsOf(head: ManifestHead, where: string): readonly Generation[] {
  if (head.generations !== undefined) return head.generations;
  throw new OutputConflictError(
    `rows cannot be appended to ${where}: its manifest lists no generations, so it was written by a version that knew none; export that source again`,
  );
}

/** What a run that comes after these generations begins with. */
export function baseOf(generations: readonly Generation[]): RunBase {
  const last = generations.at(-1);
  if (last === undefined) return EMPTY_BASE;
  const chunks = generations.reduce((sum, each) => sum + each.chunks, 0);
  return { generation: last.generation, chunks, rows: last.rowEnd };
}

function factsOf({ matrix, dialect, compression }: RowKind): Readonly<Record<string, unknown>> {
  return {
    'output.compression': compression,
    'output.text.profile': dialect.profile,
    'output.text.delimiter': dialect.delimiter,
    'output.text.naRep': dialect.naRep,
    'output.text.header': dialect.header,
    ...(matrix && {
      'the number of columns': matrix.shape[1],
      'the dtype': matrix.dtype,
      'an unstored cell': matrix.fillValue ?? 0,
    }),
  };
}

/**
 * Makes sure that the rows of a batch are of one kind with those of a set.
 *
 * @param batch what is known of it.
 * @param where URI of the set, for the message.
 * @throws {OutputConflictError} naming every difference.
 */
export function assertSameKind(batch: RowKind, set: RowKind, where: string): void {
  const there = factsOf(set);
  const differences = Object.entries(factsOf(batch))
    .filter(([fact, value]) => there[fact] !== value)
    .map(
      ([fact, value]) =>
        `${fact} is ${JSON.stringify(value)}, there ${JSON.stringify(there[fact])}`,
    );
  if (differences.length === 0) return;
  throw new OutputConflictError(
    `rows cannot be appended to ${where}: ${differences.join('; ')}; make them agree, or choose another output.uri`,
  );
}
