import { RequestError } from '#core/errors.ts';
import type { Names } from '#core/sparse/names.ts';
import type { NamedLayout } from './column-names.ts';

/** The columns that have a name. */
async function columnsNamed(names: Names, wanted: string): Promise<readonly number[]> {
  const found: number[] = [];
  let column = 0;
  for await (const batch of names.read()) {
    for (const name of batch) {
      if (name === wanted) found.push(column);
      column += 1;
    }
  }
  return found;
}

/** @throws {RequestError} no column has the name, or several have it. */
async function columnOf(names: Names | undefined, label: string): Promise<number> {
  if (names === undefined) {
    throw new RequestError([
      `the label is the column ${JSON.stringify(label)}, but columns have no names; give its number, counted from 0`,
    ]);
  }
  const [column, ...others] = await columnsNamed(names, label);
  if (column !== undefined && others.length === 0) return column;
  const found = column === undefined ? 'no column has' : `${others.length + 1} columns have`;
  throw new RequestError([
    `the label is the column ${JSON.stringify(label)}, but ${found} this name; give its number, counted from 0`,
  ]);
}

/**
 * Finds the column that an output has as the label of each row.
 *
 * @param label its name, or its number from 0; undefined where there is none.
 * @throws {RequestError} there is no such column.
 */
export async function withLabelColumn(
  named: NamedLayout,
  label: string | number | undefined,
): Promise<NamedLayout> {
  if (label === undefined) return named;
  const { layout, columnNames } = named;
  const column = typeof label === 'string' ? await columnOf(columnNames, label) : label;
  const [, columns] = layout.shape;
  if (column < columns) return { ...named, layout: { ...layout, labelColumn: column } };
  throw new RequestError([
    `the label is column ${column}, counted from 0, but there are ${columns} columns`,
  ]);
}
