/** A part of a name of SQL: in double quotes any text, else letters, digits, `_` and `$`. */
const PART = /(?:"((?:[^"\0]|"")+)"|([A-Za-z_][A-Za-z0-9_$]*))/y;

/** PostgreSQL cuts longer names short, silently. */
const MAX_BYTES = 63;

/** A table of a database. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

function partAt(text: string, at: number): { readonly name: string; readonly end: number } | null {
  PART.lastIndex = at;
  const match = PART.exec(text);
  if (match === null) return null;
  // As PostgreSQL reads it: what is not quoted is in small letters.
  const name = match[1]?.replaceAll('""', '"') ?? match[2]!.toLowerCase();
  const isShort = Buffer.byteLength(name) <= MAX_BYTES && name.isWellFormed();
  return isShort ? { name, end: PART.lastIndex } : null;
}

/**
 * Reads the name of a table as SQL writes it: `schema.table`, each part in double quotes or not;
 * without a schema it is `public`.
 *
 * @returns undefined if it is none.
 */
export function parseTableName(text: string): TableName | undefined {
  const first = partAt(text, 0);
  if (first === null) return undefined;
  if (first.end === text.length) return { schema: 'public', table: first.name };
  if (text[first.end] !== '.') return undefined;
  const second = partAt(text, first.end + 1);
  if (second === null || second.end !== text.length) return undefined;
  return { schema: first.name, table: second.name };
}
