import type { Figures } from '#core/checksum/figures.ts';
import type { RowRange } from '#core/contract.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import type { ChunkEncoder } from './chunk-encoder.ts';
import type { EncoderRoom } from './encoder-room.ts';
import type { SinglePart } from './single-object.ts';

/** Least and most bytes that the content of rows can have, for any values. */
export interface ContentBounds {
  readonly min: number;
  readonly max: number;
}

/** What no chunk passes; only a single longer row may pass it. */
export interface ChunkTarget {
  /** Most bytes of the content. */
  readonly bytes: number;
  /** Most stored entries. @default any number */
  readonly entries?: number;
}

/** Figures of a chunk, known when all of it is read. */
export interface ContentFigures extends Figures {
  /** As {@link Output.recordCount} counts them; undefined where that takes more than a pass. */
  readonly records: number | undefined;
}

/** An object with one label per row. */
export interface AskedLabels {
  readonly uri: string;
  /** True where no other labels can be written than numbers. */
  readonly areNumbers: boolean;
}

/** A matrix whose rows are to be encoded. */
interface EncodedMatrix extends MatrixInfo {
  /** Number of the group of each column, where `columnTypes` has groups. */
  readonly columnGroups?: Uint8Array | undefined;
}

/** What every kind of output says of its objects, whatever lies in them. */
export interface Output {
  /** End of the key of a chunk, such as `.csv.gz`. */
  readonly ending: string;
  /** True where all chunks are one object. */
  readonly isSingle?: boolean;
  /** `Content-Type` of the object of a chunk. */
  readonly contentType: string;
  /** The settings, named as in the request. Batches of one output must have the same. */
  describe(): Readonly<Record<string, unknown>>;
  /**
   * Records, such as lines of text, that the chunk of these rows holds. A kind in which the rows
   * decide the number of records computes it, which proves once more what was written. Any other
   * kind returns `counted`.
   *
   * @param counted what the writer counted; 0 if it does not count.
   */
  recordCount(chunk: RowRange & { readonly index: number }, counted: number): number;
  /**
   * Reads all of a chunk. Holds a few MiB.
   *
   * @param stored the bytes of the object.
   * @param uri names the chunk in messages.
   * @throws {ManifestError} the object is damaged.
   */
  check(stored: AsyncIterable<Uint8Array>, uri: string): Promise<ContentFigures>;
}

/**
 * One kind of output of matrices with its settings; nothing else knows the content of its chunks. A
 * kind is a folder of `core/outputs` that makes a `MatrixOutput` from its part of `OutputSpec`.
 */
export interface MatrixOutput extends Output {
  /** True where chunks are stored compressed: small, and longer to encode than to send. */
  readonly isCompressed: boolean;
  /** Set where all chunks are one object. */
  readonly part?: SinglePart | undefined;
  /** True when the chunk of this index begins with the names of the columns. */
  beginsWithNames(index: number): boolean;
  /** True where columns without names have none in the chunk, either. @default false */
  readonly omitsDefaultNames?: boolean;
  /** True when the names of the rows are printed, so they must be found. */
  readonly printsRowNames: boolean;
  /** The column that is the label of each row: its name or number. @default none */
  readonly label?: string | number | undefined;
  /** The object that has the label of each row. @default none */
  readonly labels?: AskedLabels | undefined;
  /** Text of a label that is NaN. @default nan */
  readonly naText?: string;
  /**
   * Why such a matrix cannot be written, in a sentence; undefined if it can. Absent where every
   * matrix can.
   */
  problem?(facts: MatrixInfo): string | undefined;
  /**
   * Bounds of the content of all rows of `facts`. `max` grows evenly with rows and with entries.
   */
  bounds(facts: MatrixInfo): ContentBounds;
  /**
   * How large chunks are where a request does not say: so large that starting a writer costs
   * little in comparison, and so small that the smallest writer takes five minutes at most.
   */
  automaticTarget(facts: MatrixInfo): ChunkTarget;
  /**
   * Most bytes of the content of a chunk of several rows, where a writer holds a chunk whole.
   * @default what a function can send
   */
  readonly mostBytes?: number;
  /**
   * Creates the encoder of one chunk of a matrix.
   *
   * @param facts of the whole matrix, so that the encoder makes the same choices for every chunk.
   * @param buffer the first part buffer.
   */
  createEncoder(facts: EncodedMatrix, room: EncoderRoom, buffer: Uint8Array): ChunkEncoder;
  /**
   * The content of a chunk, uncompressed.
   *
   * @param stored the bytes of the object.
   * @param uri names the chunk in messages.
   * @throws {ManifestError} the object is damaged.
   */
  content(stored: AsyncIterable<Uint8Array>, uri: string): AsyncIterable<Uint8Array>;
}
