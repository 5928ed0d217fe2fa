/** Names of the columns or of the rows of a matrix, as its source has them. */
export interface Names {
  /** Where they lie, for messages. */
  readonly uri: string;
  /** What stands above row names in a header line. @default '' */
  readonly title?: string;
  /**
   * Reads all names in order, in batches of at most some thousand names, so that millions of them
   * take bounded memory.
   *
   * @throws {CorruptSourceError} they cannot be read.
   */
  read(): AsyncIterable<readonly string[]>;
}
