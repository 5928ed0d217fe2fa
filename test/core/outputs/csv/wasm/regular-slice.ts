import type { CsrSlice } from '#core/sparse/csr.ts';

/** Rows with a stored cell every `step` cells, counted through all rows. */
export function regularSlice(
  rows: number,
  columns: number,
  step: number,
  data: (nnz: number) => CsrSlice['data'],
): CsrSlice {
  const indptr = new Int32Array(rows + 1);
  const indices: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const first = (step - ((row * columns) % step)) % step;
    for (let column = first; column < columns; column += step) indices.push(column);
    indptr[row + 1] = indices.length;
  }
  return {
    rowStart: 0,
    rowEnd: rows,
    indptr,
    indices: Int32Array.from(indices),
    data: data(indices.length),
    nnz: indices.length,
  };
}
