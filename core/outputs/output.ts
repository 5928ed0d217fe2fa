import type { Figures } from '#core/checksum/figures.ts';
import type { RowRange } from '#core/contract.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import type { ChunkEncoder } from './chunk-encoder.ts';
import type { EncoderRoom } from './encoder-room.ts';

/** What the content of rows can come to, in bytes, whatever their values are. */
export interface ContentBounds {
  readonly min: number;
  readonly max: number;
}

/** What a chunk turns out to hold when all of it is read. */
export interface ContentFigures extends Figures {
  /** As {@link Output.recordCount} counts them. */
  readonly records: number;
}

/**
 * One kind of output with its settings: the only place that knows what its chunks look like. A kind
 * is a folder of `core/outputs` that makes one of these of its part of `OutputSpec`.
 */
export interface Output {
  /** What the key of a chunk ends with, such as `.csv.gz`. */
  readonly ending: string;
  /** What the object of a chunk is called in HTTP. */
  readonly contentType: string;
  /** The settings, by the words of the request: batches of one output must agree in all of them. */
  describe(): Readonly<Record<string, unknown>>;
  /** True when the chunk of this index begins with the names of the columns. */
  beginsWithNames(index: number): boolean;
  /**
   * Records, such as lines of text, that the chunk of these rows holds. A kind whose records follow
   * from the rows computes them, which proves what was written once more; any other returns
   * `counted`.
   *
   * @param counted {@link ChunkEncoder.recordCount} of the chunk when all of it was encoded; 0 if
   * the encoder does not count.
   */
  recordCount(chunk: RowRange & { readonly index: number }, counted: number): number;
  /**
   * Bounds of the content of all rows of `facts`. `max` grows evenly with rows and with entries.
   */
  bounds(facts: MatrixInfo): ContentBounds;
  /**
   * Creates the encoder of one chunk of a matrix.
   *
   * @param facts of the whole matrix, so that every chunk is encoded by the same choices.
   * @param buffer the first part buffer.
   */
  createEncoder(facts: MatrixInfo, room: EncoderRoom, buffer: Uint8Array): ChunkEncoder;
  /**
   * The content of a chunk, uncompressed.
   *
   * @param stored the bytes of the object.
   * @param uri names the chunk in messages.
   * @throws {ManifestError} the object is damaged.
   */
  content(stored: AsyncIterable<Uint8Array>, uri: string): AsyncIterable<Uint8Array>;
  /**
   * Reads all of a chunk; a few MiB are held.
   *
   * @throws {ManifestError} the object is damaged.
   */
  check(stored: AsyncIterable<Uint8Array>, uri: string): Promise<ContentFigures>;
}
