import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import type { Fields } from './fields.ts';

/** A step of encoding a chunk. */
export interface Filter {
  readonly kind: FilterKind;
  /** For shuffle the bytes of an element, otherwise 0. */
  readonly itemBytes: number;
}

/** The filters that can be undone; their positions are their numbers in a chunk table. */
export const FILTER_KINDS = ['deflate', 'shuffle', 'fletcher32', 'lzf'] as const;

type FilterKind = (typeof FILTER_KINDS)[number];

const READ: ReadonlyMap<number, FilterKind> = new Map([
  [1, 'deflate'],
  [2, 'shuffle'],
  [3, 'fletcher32'],
  [32_000, 'lzf'],
]);

/**
 * Names of well-known filters that are refused.
 * @see https://github.com/HDFGroup/hdf5_plugins/blob/master/docs/RegisteredFilterPlugins.md
 */
const REFUSED: ReadonlyMap<number, string> = new Map([
  [4, 'szip'],
  [5, 'n-bit'],
  [6, 'scale-offset'],
  [307, 'bzip2'],
  [32_001, 'blosc'],
  [32_004, 'lz4'],
  [32_008, 'bitshuffle'],
  [32_013, 'zfp'],
  [32_015, 'zstd'],
  [32_026, 'blosc2'],
]);

/** Most filters of a dataset; h5py makes at most three. */
export const MAX_FILTERS = 5;

/** From this number on a filter has a name also in messages of version 2. */
const FIRST_NAMED = 256;

/**
 * The filters that compress. At most one is allowed, because two could inflate few bytes to very
 * many.
 */
const COMPRESSORS: ReadonlySet<FilterKind> = new Set(['deflate', 'lzf']);

function kindOf(number: number, where: string): FilterKind {
  const kind = READ.get(number);
  if (kind !== undefined) return kind;
  const name = REFUSED.get(number) ?? `filter ${number}`;
  throw new UnsupportedSourceError(
    `${where} is compressed by ${name}, allowed are gzip, lzf, shuffle and fletcher32; write it again with anndata.read_h5ad(path).write_h5ad(new_path, compression='gzip')`,
  );
}

function parseFilter(fields: Fields, version: number): Filter {
  const number = fields.u16();
  const nameBytes = version === 1 || number >= FIRST_NAMED ? fields.u16() : 0;
  fields.skip(2);
  const values = fields.u16();
  fields.skip(version === 1 ? (nameBytes + 7) & ~7 : nameBytes);
  const kind = kindOf(number, fields.where);
  const itemBytes = kind === 'shuffle' && values > 0 ? fields.part(4 * values).u32() : 0;
  if (itemBytes === 0) fields.skip(4 * values);
  if (version === 1 && values % 2 === 1) fields.skip(4);
  return { kind, itemBytes };
}

/**
 * Parses a filter pipeline message: the filters in the order in which they were applied.
 *
 * @throws {UnsupportedSourceError} a filter that is not supported; names it.
 * @throws {CorruptSourceError} more than five filters, two compressors, or an unknown version.
 */
export function parseFilters(fields: Fields): readonly Filter[] {
  const version = fields.u8();
  const count = fields.u8();
  if (version < 1 || version > 2 || count > MAX_FILTERS) {
    throw new CorruptSourceError(
      `${fields.where} has ${count} filters of version ${version}, expected at most ${MAX_FILTERS} of version 1 or 2; the file is damaged`,
    );
  }
  if (version === 1) fields.skip(6);
  const filters = Array.from({ length: count }, () => parseFilter(fields, version));
  if (filters.filter(({ kind }) => COMPRESSORS.has(kind)).length < 2) return filters;
  throw new CorruptSourceError(`${fields.where} is compressed twice, expected once`);
}
