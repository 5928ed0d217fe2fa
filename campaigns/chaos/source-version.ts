import { memorySource } from '#core/bytes/memory-source.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { randomMatrix } from '#support/random-matrix.ts';
import { createRandom } from '#support/seeded-random.ts';
import type { Scenario } from './scenario.ts';

/** One matrix that a run may find at its source's key. */
export interface SourceVersion {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What all chunks together must hold. */
  expectedText(): Promise<Buffer>;
}

/** Makes the matrix of a scenario, or the one that takes its place. */
export function createVersion(scenario: Scenario, which: 'first' | 'second'): SourceVersion {
  const { seed, dtype, size, profile } = scenario;
  const random = createRandom(which === 'first' ? seed : -seed - 1);
  const bytes = writeNpz(randomMatrix(random, dtype, size));
  return {
    bytes,
    async expectedText() {
      const source = memorySource(bytes);
      const { matrix } = await openMatrix(source);
      const chunk = { index: 0, rowStart: 0, rowEnd: size.rows };
      const dialect = { ...DEFAULT_DIALECT, profile };
      const parts = encodedBytes(matrix, chunk, { ...PLAIN_CSV, dialect });
      return Buffer.concat(await Array.fromAsync(parts, (part) => Buffer.from(part)));
    },
  };
}
