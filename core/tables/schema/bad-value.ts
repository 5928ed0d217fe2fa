import { shownName } from '#core/shown-name.ts';
import { typeSql } from './column-type.ts';
import type { Column } from './table-schema.ts';

const SHOWN = 100;

/** A value of a source that its column cannot hold. */
export interface BadValue {
  readonly column: Column;
  /** Where it is: `s3://raw/a.csv, line 17`. */
  readonly place: string;
  readonly text: string;
}

/** The sentence of an error about it. */
export function badValueProblem({ column, place, text }: BadValue): string {
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN).toWellFormed()}…` : text;
  const remedy = column.lossy ? '' : ', say "lossy": true where it may lose';
  return (
    `column ${shownName(column.name)} of ${place} is ${JSON.stringify(shown)}, which ` +
    `${typeSql(column.type)} cannot hold${column.lossy ? '' : ' without loss'}; give the column a ` +
    `type that can${remedy}, or set onBadRow to reject`
  );
}
