import type { ByteSource } from '#core/bytes/byte-source.ts';
import { decodeIndices, decodeValues } from '#core/elements/decode.ts';
import { isInteger } from '#core/elements/dtype.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { NpyArray } from './header.ts';
import { locateElements } from './locate-elements.ts';

/** `format` and `shape` have a few elements; longer arrays are refused. */
const MAX_BYTES = 256;

const MAX_CODE_POINT = 0x10ffff;

function checkSmall({ where, elements }: NpyArray): void {
  if (elements.length <= MAX_BYTES) return;
  throw new CorruptSourceError(
    `${where} holds ${elements.length} bytes, expected a short value of at most ${MAX_BYTES}`,
  );
}

/**
 * Reads a scalar string: bytes (`|S3`), or UTF-32 (`<U3`, `>U3`) as Python 2 and old SciPy wrote.
 *
 * @throws {CorruptSourceError} the array is not a short scalar string.
 */
export async function readScalarText(source: ByteSource, array: NpyArray): Promise<string> {
  const { where, descr, shape, elements } = array;
  checkSmall(array);
  const [, order, kind, count] = /^([<>|])([SU])(\d+)$/.exec(descr) ?? [];
  const unitBytes = kind === 'U' ? 4 : 1;
  if (shape.length !== 0 || Number(count) * unitBytes !== elements.length) {
    throw new CorruptSourceError(
      `${where} is of type ${descr} with ${shape.length} dimensions, expected one string`,
    );
  }
  const view = new DataView((await source.read(elements)).buffer);
  let text = '';
  for (let at = 0; at < view.byteLength; at += unitBytes) {
    const code = unitBytes === 1 ? view.getUint8(at) : view.getUint32(at, order === '<');
    if (code !== 0) text += code > MAX_CODE_POINT ? '\ufffd' : String.fromCodePoint(code);
  }
  return text;
}

/**
 * Reads a short one-dimensional array of integers, such as `shape`. A value above 2^53 is
 * rounded, but stays above.
 *
 * @throws {CorruptSourceError} the array is not short, or its elements are no integers.
 */
export async function readSmallIntegers(
  source: ByteSource,
  array: NpyArray,
): Promise<readonly number[]> {
  checkSmall(array);
  const found = locateElements(array, 1);
  if (!isInteger(found.dtype)) {
    throw new CorruptSourceError(`${array.where} is of type ${array.descr}, expected integers`);
  }
  return Array.from(decodeIndices(await source.read(array.elements), found));
}

/**
 * Reads a scalar number or truth value, such as `fill_value`.
 *
 * @throws {CorruptSourceError} the array has dimensions.
 * @throws {UnsupportedSourceError} its element is of a type that is not read.
 */
export async function readScalarNumber(
  source: ByteSource,
  array: NpyArray,
): Promise<number | bigint> {
  const found = locateElements(array, 0);
  const [value] = decodeValues(await source.read(array.elements), found);
  return value!;
}
