/** How the texts of a CSV source are read. All of it is given, nothing is guessed. */
export interface CsvFormat {
  /** One ASCII character between fields. */
  readonly delimiter: string;
  /** One ASCII character around fields; empty if no field is quoted. */
  readonly quote: string;
  /** The first record of each object holds the names of the columns. */
  readonly header: boolean;
  /** Unquoted fields of these texts are NULL. */
  readonly nullText: readonly string[];
  /** Quoted fields may hold newlines. */
  readonly quotedNewlines: boolean;
}

/** Most bytes of a record: what the engine's own buffer takes without growing. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;
