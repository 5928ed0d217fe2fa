import type { ByteSource } from '#core/bytes/byte-source.ts';
import { inTurn } from '#core/bytes/in-turn.ts';
import { inflatedSource } from '#core/containers/deflate/inflated-source.ts';
import { chunkedSource } from '#core/containers/hdf5/chunked-source.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type {
  CsrPart,
  Matrix,
  PlacedPart,
  StoredArray,
  StoredLabels,
} from '#core/sparse/matrix.ts';
import type { StoredRowNames } from '#core/sparse/row-names.ts';
import type { ArrayLayout, MatrixLayout, PartLayout, StreamLayout } from './matrix-layout.ts';

/** What opening needs of a store. It opens pins of staged objects too. */
type Opener = Pick<ObjectStore, 'open'>;

function openStream(
  { objects }: PartLayout,
  stream: StreamLayout,
  { name, store }: { readonly name: string; readonly store: Opener },
): ByteSource {
  const object = store.open(objects[stream.object]!);
  switch (stream.kind) {
    case 'stored':
      return object;
    case 'chunks': {
      const { size } = stream;
      const index = store.open(objects[stream.index]!);
      return inTurn(chunkedSource({ object, index, size }));
    }
    case 'deflate': {
      const { compressed: range, size } = stream;
      const index = store.open(objects[stream.index]!);
      return inTurn(inflatedSource({ compressed: object, range, size, index, name }));
    }
  }
}

function openArray(
  part: PartLayout,
  name: 'indptr' | 'indices' | 'data' | 'columnGroups',
  store: Opener,
): StoredArray {
  const { stream, offset, length, dtype, bigEndian } = part[name] as ArrayLayout;
  return { source: openStream(part, stream, { name, store }), offset, length, dtype, bigEndian };
}

/** Opens the arrays of one part; nothing is read. */
function openPart(
  layout: PartLayout,
  { shape: [, columns], columnTypes }: MatrixLayout,
  store: Opener,
): CsrPart {
  const { uri, rows, nnz, columnGroups } = layout;
  return {
    uri,
    shape: [rows, columns],
    dtype: layout.data.dtype,
    columnTypes,
    nnz,
    indptr: openArray(layout, 'indptr', store),
    indices: openArray(layout, 'indices', store),
    data: openArray(layout, 'data', store),
    columnGroups: columnGroups && openArray(layout, 'columnGroups', store),
  };
}

function openRowNames(
  parts: NonNullable<MatrixLayout['rowNamesParts']>,
  store: Opener,
): StoredRowNames[] {
  let before = 0;
  return parts.map(({ object, rows, recordBytes }) => {
    const rowStart = before;
    before += rows;
    return { source: store.open(object), rowStart, rows, recordBytes };
  });
}

function openLabels(
  parts: NonNullable<MatrixLayout['labelsParts']>,
  store: Opener,
): StoredLabels[] {
  let before = 0;
  return parts.map((part) => {
    const { object, rows } = part;
    const source = store.open(object);
    const rowStart = before;
    before += rows;
    if (part.kind === 'texts') {
      return { kind: 'texts', source, rowStart, rows, recordBytes: part.recordBytes };
    }
    const { offset, dtype, bigEndian } = part;
    return {
      kind: 'array',
      array: { source, offset, length: rows, dtype, bigEndian },
      rowStart,
      rows,
    };
  });
}

/**
 * Opens a matrix by its layout. Nothing is read. Each part takes only the memory of its few
 * objects.
 *
 * @param uri names the source in messages.
 * @param store opens objects of the source and staged ones alike.
 */
export function openLayout(uri: string, layout: MatrixLayout, store: Opener): Matrix {
  const { parts: placed, rowNamesParts, labelsParts, ...facts } = layout;
  const parts: PlacedPart[] = [];
  let rowStart = 0;
  for (const part of placed) {
    parts.push({ rowStart, part: openPart(part, layout, store) });
    rowStart += part.rows;
  }
  const storedRowNames = rowNamesParts && openRowNames(rowNamesParts, store);
  const storedLabels = labelsParts && openLabels(labelsParts, store);
  return { uri, ...facts, parts, storedRowNames, storedLabels };
}
