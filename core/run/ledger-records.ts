import type { SourcePin } from '#core/objects/source-pin.ts';
import type { Counts } from '#core/sources/source-kinds.ts';
import type { OutputLocation, UploadNumber } from './run-fields.ts';

/** Figures of a finished chunk, as in the ledger and the manifest. */
export interface ChunkFigures {
  /** Bytes of the object. */
  readonly bytes: number;
  /** Bytes of its uncompressed text. */
  readonly contentBytes: number;
  /** CRC-32 of its uncompressed text, eight hexadecimal digits. */
  readonly crc32: string;
  /** CRC-32 of a part of one object, where that is not the text itself. */
  readonly partCrc32?: string | undefined;
  /** Without quotes. */
  readonly etag: string;
  /** Records of its content, where the encoder counts them. */
  readonly recordCount?: number | undefined;
  /** What the kind of source counts per chunk, see `SourceView.counts`. */
  readonly counts: Counts;
  /** Bounds and NULLs of each column, as JSON, where the writer knows them. */
  readonly statistics?: string | undefined;
}

/** What a try leaves behind. */
export interface FinishedChunk extends ChunkFigures {
  /** Why what it made was left out, and an earlier try's object stands; absent where it stands. */
  readonly skipped?: string | undefined;
}

interface ChunkState {
  readonly index: number;
  /** What it covers, as `plannedText` writes it. */
  readonly planned: string;
  /** Tries started so far. */
  readonly tries: number;
}

/** The ledger's item of a chunk that was started and is not done. */
export interface UnfinishedChunk extends ChunkState {
  readonly status: 'running' | 'failed';
}

/** The ledger's item of one chunk. */
export type ChunkRecord =
  | UnfinishedChunk
  | (ChunkState & ChunkFigures & { readonly status: 'done' });

/** A chunk as a job: when it was worked on, and how that ended. */
export interface Job extends ChunkState {
  readonly status: 'running' | 'failed' | 'done';
  /** When its last try started, as ISO 8601. */
  readonly started: string;
  /** When it was done or failed; absent while a try runs. */
  readonly finished?: string;
  /** Rows of its object, of a table that is done. */
  readonly rows?: number;
}

/**
 * What was measured of a try. Reading, encoding and sending overlap, so their sum may be more than
 * its duration.
 */
export interface TryMeasures {
  /** Highest resident memory of the process so far, MiB. */
  readonly rssMiB: number;
  /** Whether it is the first invocation of its process. */
  readonly isCold: boolean;
  /** Milliseconds in which a request that reads was under way. */
  readonly readMs: number;
  /** Milliseconds of CPU of the whole process: encoding, and what else it computes. */
  readonly encodeMs: number;
  /** Milliseconds in which a request that writes was under way. */
  readonly sendMs: number;
  /** Of the invocation, as it is in the function's log; absent outside Lambda. */
  readonly requestId?: string;
}

/** A try that ends: its number, from 1, and what was measured of it. */
export interface EndedTry {
  readonly attempt: number;
  /** @default nothing is recorded */
  readonly measures?: TryMeasures;
}

/** Why a try failed. */
export interface TryError {
  readonly name: string;
  readonly message: string;
}

/** What the ledger knows of the run that an execution works on. */
export interface StartedRun {
  readonly runId: string;
  readonly source: SourcePin;
  readonly location: OutputLocation;
  /** Which generation of its output the run writes, from 1. */
  readonly generation: number;
  /** Which upload its parts are for, where all is one object. */
  readonly upload?: UploadNumber | undefined;
  /** The run that has claimed it where that is another attempt. */
  readonly claimant?: string | undefined;
}
