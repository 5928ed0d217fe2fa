import type { ElementType } from '#core/elements/dtype.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { parseDataspace } from './dataspace.ts';
import { type Datatype, numbersOf, parseDatatype } from './datatype.ts';
import type { Fields } from './fields.ts';
import type { Hdf5File } from './file.ts';
import { type Filter, parseFilters } from './filters.ts';
import type { Hdf5Object } from './group.ts';
import { parseLayout, type Storage } from './layout.ts';
import { MESSAGE } from './object-header.ts';

/** A one-dimensional dataset. */
export interface Dataset {
  readonly type: Datatype;
  readonly file: Hdf5File;
  readonly path: string;
  /** Name of the dataset in messages. */
  readonly where: string;
  /** Number of elements. */
  readonly length: number;
  readonly itemBytes: number;
  readonly storage: Storage;
  readonly filters: readonly Filter[];
  /** Bytes of the value of elements that were never written. */
  readonly fill: Uint8Array;
}

/** A one-dimensional dataset of numbers. */
export interface NumberDataset extends Dataset, ElementType {}

/**
 * Most bytes of a chunk: it is decoded whole, and one chunk of each array is kept. h5py by default
 * makes chunks of at most 1 MiB.
 */
const MAX_CHUNK_BYTES = 64 * 1024 * 1024;

/**
 * Chunks that are allowed beyond those for which the file is long enough; each entry of an index
 * takes at least 8 bytes.
 */
const SPARE_CHUNKS = 1024;

function findMessage({ messages, where }: Hdf5Object, type: number): Fields | undefined {
  const message = messages.find((candidate) => candidate.type === type);
  if (message?.isShared !== true) return message?.body.again();
  throw new UnsupportedSourceError(
    `${where} is of a committed datatype or shares another part of its header; write it again with anndata.read_h5ad(path).write_h5ad(path)`,
  );
}

function needMessage(object: Hdf5Object, type: number, name: string): Fields {
  const body = findMessage(object, type);
  if (body !== undefined) return body;
  throw new CorruptSourceError(
    `${object.where} is a dataset without a ${name}; the file is damaged`,
  );
}

/** The fill value; zeros if none is set. */
function parseFill(object: Hdf5Object, itemBytes: number): Uint8Array {
  const zeros = new Uint8Array(itemBytes);
  const fields = findMessage(object, MESSAGE.fill);
  if (fields === undefined) return zeros;
  const version = fields.u8();
  if (version < 3) fields.skip(2);
  const flags = fields.u8();
  const isSet = version < 2 || (version === 2 ? flags !== 0 : (flags & 0x20) !== 0);
  return isSet && fields.u32() === itemBytes ? fields.take(itemBytes) : zeros;
}

function checkChunks(dataset: Dataset): void {
  const { storage, length, itemBytes, where, file } = dataset;
  if (storage.kind === 'whole') return;
  const { chunkElements } = storage;
  if (chunkElements < 1 || storage.itemBytes !== itemBytes) {
    throw new CorruptSourceError(
      `${where} has chunks of ${chunkElements} elements of ${storage.itemBytes} bytes, expected at least one of ${itemBytes} bytes; the file is damaged`,
    );
  }
  if (chunkElements * itemBytes > MAX_CHUNK_BYTES) {
    throw new BoundExceededError(
      `${where} has chunks of ${chunkElements * itemBytes} bytes, allowed are ${MAX_CHUNK_BYTES}; write it again with anndata.read_h5ad(path).write_h5ad(new_path, compression='gzip')`,
    );
  }
  const chunks = Math.ceil(length / chunkElements);
  const most = SPARE_CHUNKS + Math.floor(file.source.size / 8);
  if (chunks <= most) return;
  throw new CorruptSourceError(
    `${where} has ${length} elements in ${chunks} chunks, of which a file of ${file.source.size} bytes can hold at most ${most}; the file is damaged`,
  );
}

/**
 * Refuses a shuffle by another width than that of an element, which HDF5's own library never makes.
 */
function checkFilters({ filters, itemBytes, type, where }: Dataset): void {
  const shuffle = filters.find(({ kind }) => kind === 'shuffle');
  if (shuffle === undefined || shuffle.itemBytes === itemBytes) return;
  // Texts of variable length are not shuffled, though the filter is listed.
  if (shuffle.itemBytes === 0 && type.element === undefined) return;
  throw new CorruptSourceError(
    `${where} is shuffled by ${shuffle.itemBytes} bytes, expected ${itemBytes}; the file is damaged`,
  );
}

/**
 * Refuses an array in one piece that is filtered, has not the length of its elements, or was never
 * written.
 */
function checkWhole({ storage, filters, length, itemBytes, where }: Dataset): void {
  if (storage.kind === 'chunks' || length === 0) return;
  if (filters.length > 0 || storage.bytes !== length * itemBytes) {
    throw new CorruptSourceError(
      `${where} should hold ${length} elements in ${length * itemBytes} bytes, got ${storage.bytes} bytes; the file is damaged`,
    );
  }
  if (storage.address !== undefined) return;
  throw new CorruptSourceError(`${where} was created with ${length} elements, but never written`);
}

/**
 * Parses the header of a one-dimensional dataset of any elements. No read.
 *
 * @throws {UnsupportedSourceError} its filters or layout are not supported; says what to do.
 * @throws {CorruptSourceError} the header is damaged, or the dataset does not have one dimension.
 * @throws {BoundExceededError} chunks of more than 64 MiB.
 */
export function parseAnyDataset(object: Hdf5Object): Dataset {
  const { file, path, where } = object;
  const type = parseDatatype(needMessage(object, MESSAGE.datatype, 'datatype'));
  const shape = parseDataspace(needMessage(object, MESSAGE.dataspace, 'dataspace'));
  const [length] = shape;
  if (length === undefined || shape.length !== 1) {
    throw new CorruptSourceError(
      `${where} has ${shape.length} dimensions (${shape.join(' × ')}), expected one`,
    );
  }
  if (findMessage(object, MESSAGE.externalFiles) !== undefined) {
    throw new UnsupportedSourceError(
      `${where} lies in other files, allowed are datasets of the file itself; write it again with anndata.read_h5ad(path).write_h5ad(path)`,
    );
  }
  const pipeline = findMessage(object, MESSAGE.filters);
  const dataset = {
    ...{ type, file, path, where, length },
    itemBytes: type.itemBytes,
    storage: parseLayout(needMessage(object, MESSAGE.layout, 'layout'), file.base),
    filters: pipeline === undefined ? [] : parseFilters(pipeline),
    fill: parseFill(object, type.itemBytes),
  };
  checkFilters(dataset);
  checkChunks(dataset);
  checkWhole(dataset);
  return dataset;
}

/**
 * Parses the header of a one-dimensional dataset of numbers. No read.
 *
 * @throws {UnsupportedSourceError} its elements are no numbers that are read.
 * @throws as {@link parseAnyDataset} does.
 */
export function parseDataset(object: Hdf5Object): NumberDataset {
  const type = parseDatatype(needMessage(object, MESSAGE.datatype, 'datatype'));
  const element = numbersOf(type, object.where);
  return { ...parseAnyDataset(object), ...element };
}
