import { CorruptSourceError } from '#core/errors.ts';
import type { Fields } from './fields.ts';

/** Kind of a null dataspace, which has no elements. */
const NULL = 2;

/** Most dimensions that HDF5's own library allows. */
const MAX_RANK = 32;

/**
 * Parses a dataspace message: the length of each dimension. A scalar has no dimensions.
 *
 * @throws {CorruptSourceError} an unknown version, or more than 32 dimensions.
 */
export function parseDataspace(fields: Fields): readonly number[] {
  const version = fields.u8();
  const rank = fields.u8();
  fields.skip(1);
  if (version < 1 || version > 2 || rank > MAX_RANK) {
    throw new CorruptSourceError(
      `${fields.where} has a dataspace of version ${version} and ${rank} dimensions, expected version 1 or 2 and at most ${MAX_RANK}; the file is damaged`,
    );
  }
  if (version === 1) fields.skip(5);
  const isNull = version === 2 && fields.u8() === NULL;
  return isNull ? [0] : Array.from({ length: rank }, () => fields.length());
}
