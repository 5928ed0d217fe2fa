import { type ColumnGroup, dtypeName } from '#core/sparse/matrix-facts.ts';
import type { MatrixLayout, PartLayout } from './matrix-layout.ts';

type Access = 'in place' | 'seek index' | 'chunk table' | 'copy by rows';

/** How figures are written for people. */
export interface FigureFormat {
  count(value: number): string;
  bytes(value: number): string;
}

/** What `inspect` says of a matrix. */
export interface MatrixDescription {
  readonly format: string;
  /** How rows are read: as they lie, through a small index of compressed arrays, or from a copy. */
  readonly access: Access;
  readonly parts: number;
  /** Bytes of the index or of the copy, kept in the output bucket for later runs. */
  readonly stagedBytes: number;
  readonly shape: readonly [rows: number, columns: number];
  readonly dtype: string;
  /** Where columns have several dtypes. */
  readonly columnGroups?: readonly ColumnGroup[];
  readonly nnz: number;
  /** Stored entries divided by cells; 0 when there are no cells. */
  readonly density: number;
  readonly indptrDtype: string;
  readonly indicesDtype: string;
}

function accessOf({ data }: PartLayout, isStaged: boolean): Access {
  if (data.stream.kind === 'deflate') return 'seek index';
  if (data.stream.kind === 'chunks') return 'chunk table';
  return isStaged ? 'copy by rows' : 'in place';
}

/** Describes a matrix by its layout, for a program. */
export function describeMatrix(layout: MatrixLayout, stagedBytes: number): MatrixDescription {
  const { format, shape, nnz, parts } = layout;
  const [rows, columns] = shape;
  const { indptr, indices } = parts[0]!;
  return {
    format,
    access: accessOf(parts[0]!, stagedBytes > 0),
    parts: parts.length,
    stagedBytes,
    shape,
    dtype: dtypeName(layout),
    ...(layout.columnTypes && { columnGroups: layout.columnTypes.groups }),
    nnz,
    density: nnz === 0 ? 0 : nnz / rows / columns,
    indptrDtype: indptr.dtype,
    indicesDtype: indices.dtype,
  };
}

function dtypeText(
  { dtype, columnGroups = [] }: MatrixDescription,
  count: FigureFormat['count'],
): string {
  const groups = columnGroups.map(
    ({ dtype: of, fillValue = 0, columns }) => `${count(columns)} of ${of}, fill ${fillValue}`,
  );
  return groups.length === 0 ? dtype : `${dtype}: ${groups.join('; ')}`;
}

/** The same for people: a label and a text per line. */
export function matrixLines(
  found: MatrixDescription,
  { count, bytes }: FigureFormat,
): (readonly [label: string, text: string])[] {
  const [rows, columns] = found.shape;
  const copy = found.stagedBytes > 0 ? ` (${bytes(found.stagedBytes)}, made once)` : '';
  return [
    ['format', `${found.format}, ${count(found.parts)} ${found.parts === 1 ? 'part' : 'parts'}`],
    ['access', `${found.access}${copy}`],
    ['shape', `${count(rows)} rows x ${count(columns)} columns`],
    [
      'dtype',
      `${dtypeText(found, count)} (indptr ${found.indptrDtype}, indices ${found.indicesDtype})`,
    ],
    ['nnz', `${count(found.nnz)} stored entries, density ${found.density.toPrecision(3)}`],
  ];
}
