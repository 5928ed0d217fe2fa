/** Columns of an output, and some of its rows as SQL prints their values; null is NULL. */
export interface ShownRows {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly firstRows: readonly (readonly (string | null)[])[];
}
