/** The names pandas gives to unnamed columns: `0`, `1`, `2`, … one at a time. */
export function* defaultColumnNames(columns: number): Generator<string, void> {
  for (let column = 0; column < columns; column += 1) yield String(column);
}
