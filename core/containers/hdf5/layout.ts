import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import type { Fields } from './fields.ts';

/** The index by which the chunks of a dataset are found. */
type ChunkIndex =
  | { readonly kind: 'tree'; readonly address: number | undefined }
  | {
      readonly kind: 'single';
      readonly address: number | undefined;
      /** Bytes stored and filters that were skipped, if the chunk is filtered. */
      readonly filtered?: { readonly storedBytes: number; readonly filterMask: number };
    }
  | { readonly kind: 'implicit'; readonly address: number | undefined }
  | { readonly kind: 'fixed array'; readonly address: number | undefined }
  | { readonly kind: 'extensible array'; readonly address: number | undefined };

/** How a dataset of one dimension lies in the file. */
export type Storage =
  | { readonly kind: 'whole'; readonly address: number | undefined; readonly bytes: number }
  | {
      readonly kind: 'chunks';
      readonly chunkElements: number;
      readonly itemBytes: number;
      readonly index: ChunkIndex;
      /** True if a last chunk that reaches beyond the dataset's end is stored without filters. */
      readonly hasRawEdge: boolean;
    };

/** Numbers of the classes of layout. */
const CLASSES = { compact: 0, contiguous: 1, chunked: 2, virtual: 3 } as const;

const FLAGS = { rawEdge: 1, filteredSingle: 2 } as const;

/**
 * Refuses a layout of other dimensions. The lengths of a chunk end with that of an element, so
 * there are two for a dataset of one dimension.
 */
function assertOneDimension(where: string, dimensions: number): void {
  if (dimensions === 2) return;
  throw new CorruptSourceError(
    `${where} has chunks of ${dimensions - 1} dimensions, expected one; the file is damaged`,
  );
}

function parseOldChunks(fields: Fields): Storage {
  assertOneDimension(fields.where, fields.u8());
  const index = { kind: 'tree', address: fields.address() } as const;
  const chunkElements = fields.u32();
  return { kind: 'chunks', chunkElements, itemBytes: fields.u32(), index, hasRawEdge: false };
}

function parseIndex(fields: Fields, flags: number): ChunkIndex {
  const number = fields.u8();
  if (number === 1) {
    const isFiltered = (flags & FLAGS.filteredSingle) !== 0;
    if (!isFiltered) return { kind: 'single', address: fields.address() };
    const filtered = { storedBytes: fields.length(), filterMask: fields.u32() };
    return { kind: 'single', filtered, address: fields.address() };
  }
  if (number === 2) return { kind: 'implicit', address: fields.address() };
  if (number === 3) {
    fields.skip(1);
    return { kind: 'fixed array', address: fields.address() };
  }
  if (number === 4) {
    fields.skip(5);
    return { kind: 'extensible array', address: fields.address() };
  }
  // A B-tree of version 2 is for datasets that can grow in two or more dimensions.
  throw new CorruptSourceError(
    `${fields.where} has a chunk index of type ${number}, expected 1 to 4 for one dimension; the file is damaged`,
  );
}

function parseNewChunks(fields: Fields): Storage {
  const flags = fields.u8();
  assertOneDimension(fields.where, fields.u8());
  const width = fields.u8();
  if (width < 1 || width > 8) {
    throw new CorruptSourceError(
      `${fields.where} has chunk lengths of ${width} bytes, expected 1 to 8; the file is damaged`,
    );
  }
  const chunkElements = fields.unsigned(width);
  const itemBytes = fields.unsigned(width);
  const index = parseIndex(fields, flags);
  const hasRawEdge = (flags & FLAGS.rawEdge) !== 0;
  return { kind: 'chunks', chunkElements, itemBytes, index, hasRawEdge };
}

/**
 * Parses the layout message of a dataset of one dimension.
 *
 * @param base offset in the object from which addresses count.
 * @throws {UnsupportedSourceError} the layout is older than HDF5 1.6, newer than 1.14, or virtual.
 * @throws {CorruptSourceError} the message is damaged, or its dataset does not have one dimension.
 */
export function parseLayout(fields: Fields, base: number): Storage {
  const version = fields.u8();
  if (version !== 3 && version !== 4 && version !== 5) {
    throw new UnsupportedSourceError(
      `${fields.where} has a data layout of version ${version}, allowed are 3 to 5; write it again with anndata.read_h5ad(path).write_h5ad(path)`,
    );
  }
  const layoutClass = fields.u8();
  if (layoutClass === CLASSES.chunked) {
    return version === 3 ? parseOldChunks(fields) : parseNewChunks(fields);
  }
  if (layoutClass === CLASSES.contiguous) {
    return { kind: 'whole', address: fields.address(), bytes: fields.length() };
  }
  if (layoutClass === CLASSES.compact) {
    const bytes = fields.u16();
    return { kind: 'whole', address: fields.at - base, bytes };
  }
  throw new UnsupportedSourceError(
    `${fields.where} is a virtual dataset or of layout ${layoutClass}, allowed are contiguous, compact and chunked; write it again with anndata.read_h5ad(path).write_h5ad(path)`,
  );
}
