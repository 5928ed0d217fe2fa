import { gbSecondsOf, type Work } from './cost.ts';

/** How the bytes of chunks are made. */
type Encoding =
  /** Text that is sent as it is; it is made twice, for its length and CRC-32, and to be sent. */
  | 'plain'
  /** Compressed from the stored entries, without making the text. */
  | 'entries'
  /** Text or values that are made and then compressed. */
  | 'compressed';

/** What all writers of a matrix read, encode and send. */
export interface WrittenMatrix {
  readonly encoding: Encoding;
  /** Bytes of the content of all chunks, and of their objects. */
  readonly textBytes: number;
  readonly storedBytes: number;
  /** Bytes of the source that are read at one pass. */
  readonly sourceBytes: number;
  readonly entries: number;
  readonly isFloat: boolean;
}

/**
 * CPU seconds of a whole vCPU: of a byte that is made, checked and encrypted, and of an entry that
 * is read and encoded, an integer or a float.
 * @see bench/cost/run.ts, bench/encode/run.ts
 */
const BYTE_SECONDS = 1.5e-9;
const ENTRY_SECONDS = { integer: 40e-9, float: 130e-9 } as const;

/** The same of a byte that zlib compresses. */
const COMPRESSED_SECONDS = 40e-9;

/** Times that a writer reads and encodes its rows. */
const PASSES: Readonly<Record<Encoding, number>> = { plain: 2, entries: 1, compressed: 1 };

/** The work of all writers of a matrix together. */
export function writerWork(matrix: WrittenMatrix, memoryMiB: number): Work {
  const { encoding, textBytes, storedBytes, sourceBytes, entries, isFloat } = matrix;
  const passes = PASSES[encoding];
  const entrySeconds = ENTRY_SECONDS[isFloat ? 'float' : 'integer'];
  const read = passes * (sourceBytes * BYTE_SECONDS + entries * entrySeconds);
  const compressed = encoding === 'compressed' ? textBytes * COMPRESSED_SECONDS : 0;
  return {
    memoryMiB,
    bytes: storedBytes + passes * sourceBytes,
    cpuSeconds: read + compressed + storedBytes * BYTE_SECONDS,
  };
}

/** Seconds that all functions of some work take together, one after the other. */
export function functionSeconds(work: Work): number {
  return (gbSecondsOf(work) * 1024) / work.memoryMiB;
}
