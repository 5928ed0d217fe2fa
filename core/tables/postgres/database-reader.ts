import type { PostgresSource } from './source-section.ts';

/** A column of what a statement gives, as the protocol describes it. */
interface DescribedColumn {
  readonly name: string;
  /** OID of its type. */
  readonly type: number;
  /** Digits and lengths of the type; -1 for none. */
  readonly modifier: number;
}

/** One transaction of a database that reads alone: all of its statements see the same rows. */
export interface DatabaseReader {
  /** Sends one statement. @returns its rows, every value as a text; null is NULL. */
  rows(sql: string): Promise<readonly (readonly (string | null)[])[]>;
  /** Sends one statement that gives no rows. @returns its columns. */
  columns(sql: string): Promise<readonly DescribedColumn[]>;
  /** Sends a COPY … TO STDOUT. */
  copyOut(sql: string): AsyncIterable<Uint8Array>;
}

/**
 * Opens a transaction for a while, under the name of its connection.
 *
 * @throws {RequestError} the deployment has no such connection.
 */
export type ReadDatabase = <T>(
  connection: PostgresSource['connection'],
  signal: AbortSignal,
  use: (reader: DatabaseReader) => Promise<T>,
) => Promise<T>;
