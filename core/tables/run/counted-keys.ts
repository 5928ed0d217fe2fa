/** What a plan has found of a table of a database. */
export interface CountedKeys {
  /** Columns of the output, at most a hundred. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly keys: number;
  readonly rows: number;
  /** The key with the most rows, its values as the database prints them; absent without rows. */
  readonly largest?: { readonly key: readonly (string | null)[]; readonly rows: number };
}
