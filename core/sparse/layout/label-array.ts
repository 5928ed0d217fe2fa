import type { ByteSource } from '#core/bytes/byte-source.ts';
import { readNpyHeader } from '#core/containers/npy/header.ts';
import { locateElements } from '#core/containers/npy/locate-elements.ts';
import { VALUE_LENGTHS } from '#core/elements/value-lengths.ts';
import { RequestError } from '#core/errors.ts';
import type { LabelsLayout } from './matrix-layout.ts';

const MAGIC = '\x93NUMPY';

/** Labels that are the elements of a .npy. */
interface LabelArray {
  readonly part: Omit<Extract<LabelsLayout, { kind: 'array' }>, 'object'>;
  /** Bytes of the longest text of an element that is not NaN. */
  readonly longestBytes: number;
}

/**
 * Finds the labels in a .npy, by three small reads.
 *
 * @returns undefined if it is no .npy.
 * @throws {RequestError} it has not one dimension.
 * @throws {UnsupportedSourceError} its elements are no numbers.
 * @throws {CorruptSourceError} it is damaged.
 */
export async function findLabelArray(source: ByteSource): Promise<LabelArray | undefined> {
  const { uri, size } = source;
  const length = Math.min(MAGIC.length, size);
  const head = await source.read({ offset: 0, length });
  if (String.fromCharCode(...head) !== MAGIC) return undefined;
  const array = await readNpyHeader(source, { offset: 0, length: size }, uri);
  const { shape } = array;
  if (shape.length !== 1) {
    throw new RequestError([
      `${uri} has ${shape.length} dimensions (${shape.join(' × ')}), but labels have one; write them with numpy.save(path, labels.ravel())`,
    ]);
  }
  const { offset, length: rows, dtype, bigEndian } = locateElements(array, 1);
  const longestBytes = VALUE_LENGTHS[dtype === 'bool' ? 'uint8' : dtype].longest;
  return { part: { kind: 'array', rows, offset, dtype, bigEndian }, longestBytes };
}
