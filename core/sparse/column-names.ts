/** Yields the names that pandas gives to unnamed columns: `0`, `1`, `2`, … */
export function* defaultColumnNames(columns: number): Generator<string, void> {
  for (let column = 0; column < columns; column += 1) yield String(column);
}
