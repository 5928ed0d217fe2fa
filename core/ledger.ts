import type { RowRange } from './contract.ts';

/** What a finished chunk is, as recorded in the ledger and the manifest. */
export interface ChunkFigures {
  /** Bytes of the object. */
  readonly bytes: number;
  /** Bytes of its uncompressed text. */
  readonly contentBytes: number;
  /** CRC-32 of its uncompressed text, eight hexadecimal digits. */
  readonly crc32: string;
  /** Without quotes. */
  readonly etag: string;
  /** Entries of the source in its rows, duplicates counted each. */
  readonly nnz: number;
}

interface ChunkState extends RowRange {
  readonly index: number;
  /** Tries started so far. */
  readonly tries: number;
}

/** The ledger's item of one chunk. */
export type ChunkRecord =
  | (ChunkState & { readonly status: 'running' | 'failed' })
  | (ChunkState & ChunkFigures & { readonly status: 'done' });
