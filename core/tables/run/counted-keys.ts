/** The keys of a table of a database, as they were counted. */
export interface CountedKeys {
  readonly keys: number;
  readonly rows: number;
  /** The key with the most rows, its values as the database prints them; absent without rows. */
  readonly largest?: { readonly key: readonly (string | null)[]; readonly rows: number };
}
