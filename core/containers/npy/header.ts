import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';

/** The content of a npy header, and where the elements lie in the object. */
export interface NpyArray {
  /** Name of the array in messages. */
  readonly where: string;
  /** NumPy's type string, such as `<f8`. */
  readonly descr: string;
  /** Length of each dimension; `[]` for a scalar. */
  readonly shape: readonly number[];
  /** True if the first index varies fastest, false if the last one does. */
  readonly isFortran: boolean;
  /** Where the elements lie. */
  readonly elements: ByteRange;
}

const MAGIC = '\x93NUMPY';

/**
 * Longest header that `numpy.load` accepts by default (`max_header_size`); a sparse matrix's arrays
 * need about 118 bytes.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.load.html
 */
const MAX_HEADER_BYTES = 10_000;

const KEY = String.raw`(?<q>['"])(?<key>\w+)\k<q>`;
const TEXT = String.raw`(?<v>['"])(?<text>[^'"\\]*)\k<v>`;
const FLAG = '(?<flag>True|False)';
const TUPLE = String.raw`\((?<tuple>[^()]*)\)`;

/** A comma, or the brace that ends the dict, which is not consumed. */
const ENTRY_END = String.raw`(?:,|(?=\}))`;

/** One `'key': value,` of the header's dict; a value is a quoted string, a bool or a flat tuple. */
const ENTRY = new RegExp(
  String.raw`\s*${KEY}\s*:\s*(?:${TEXT}|${FLAG}|${TUPLE})\s*${ENTRY_END}`,
  'y',
);

/**
 * Numbers of a tuple such as `(3, 4)`, `(3,)`, `()` or Python 2's `(3L,)`; undefined for other
 * text.
 */
function parseTuple(text: string): number[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const isTuple = parts.length > 1 || parts[0] === '';
  if (parts.at(-1) === '') parts.pop();
  const isValid = isTuple && parts.every((part) => /^\d{1,15}L?$/.test(part));
  return isValid ? parts.map((part) => Number.parseInt(part, 10)) : undefined;
}

/**
 * The keys of the dict, and the text of each value. Undefined if the dict is not well formed or has
 * a key twice.
 */
function parseDict(text: string): Map<string, string> | undefined {
  const entries = new Map<string, string>();
  if (!text.startsWith('{')) return undefined;
  ENTRY.lastIndex = 1;
  let end = 1;
  for (let match = ENTRY.exec(text); match?.groups !== undefined; match = ENTRY.exec(text)) {
    const { key = '', text: string, flag, tuple } = match.groups;
    if (entries.has(key)) return undefined;
    entries.set(key, string ?? flag ?? tuple ?? '');
    end = ENTRY.lastIndex;
  }
  return /^\s*\}\s*$/.test(text.slice(end)) ? entries : undefined;
}

/**
 * Parses the Python dict literal of a npy header without evaluating anything.
 *
 * @param where name of the array in messages.
 * @throws {UnsupportedSourceError} the elements are structured.
 * @throws {CorruptSourceError} the text is not a dict of exactly `descr`, `fortran_order`, `shape`.
 */
export function parseNpyHeader(
  text: string,
  where: string,
): Pick<NpyArray, 'descr' | 'shape' | 'isFortran'> {
  if (/['"]descr['"]\s*:\s*[[(]/.test(text)) {
    throw new UnsupportedSourceError(
      `${where} has structured elements, allowed are plain numbers; save one field as a matrix of its own`,
    );
  }
  const dict = parseDict(text);
  const descr = dict?.get('descr');
  const order = dict?.get('fortran_order');
  const shape = parseTuple(dict?.get('shape') ?? 'missing');
  const isKnown = dict?.size === 3 && (order === 'True' || order === 'False');
  if (isKnown && descr !== undefined && shape !== undefined) {
    return { descr, shape, isFortran: order === 'True' };
  }
  throw new CorruptSourceError(
    `${where} has a header that is not a dict of descr, fortran_order and shape: ${JSON.stringify(text.slice(0, 80))}`,
  );
}

/**
 * Where the header's text lies, counted from the magic. Version 1 has its length in two bytes,
 * versions 2 and 3 in four.
 */
function parsePrefix(prefix: Uint8Array<ArrayBuffer>, where: string): ByteRange {
  const view = new DataView(prefix.buffer);
  if (prefix.length < 12 || String.fromCharCode(...prefix.subarray(0, 6)) !== MAGIC) {
    throw new CorruptSourceError(`${where} does not begin as a npy array does (\\x93NUMPY)`);
  }
  const version = view.getUint8(6);
  if (version < 1 || version > 3) {
    throw new UnsupportedSourceError(
      `${where} has a npy header of version ${version}, allowed are 1, 2 and 3; save it again with a current NumPy`,
    );
  }
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) {
    throw new BoundExceededError(
      `${where} has a header of ${length} bytes, allowed are ${MAX_HEADER_BYTES}`,
    );
  }
  return { offset: version === 1 ? 10 : 12, length };
}

/**
 * Reads the header of the npy array that fills `range`. Two reads of at most 10,012 bytes together.
 *
 * @param where name of the array in messages.
 * @throws {CorruptSourceError} the bytes are not a npy array.
 * @throws {UnsupportedSourceError} its version is above 3, or its elements are structured.
 * @throws {BoundExceededError} the header is longer than NumPy itself would read.
 * @example
 * const range = { offset: 0, length: source.size };
 * const { descr, shape, elements } = await readNpyHeader(source, range, source.uri);
 * console.log(descr, shape, elements.offset); // such as '<f8', [1000], 128
 */
export async function readNpyHeader(
  source: ByteSource,
  range: ByteRange,
  where: string,
): Promise<NpyArray> {
  const { offset } = range;
  const prefix = await source.read({ offset, length: Math.min(12, range.length) });
  const header = parsePrefix(prefix, where);
  const headerBytes = header.offset + header.length;
  if (headerBytes > range.length) {
    throw new CorruptSourceError(
      `${where} has a header of ${headerBytes} bytes in a member of ${range.length} bytes; the file is damaged`,
    );
  }
  const text = await source.read({ offset: offset + header.offset, length: header.length });
  return {
    where,
    // Version 3 is UTF-8, 1 and 2 are Latin-1: both give the same text for every header that is
    // accepted.
    ...parseNpyHeader(new TextDecoder().decode(text), where),
    elements: { offset: offset + headerBytes, length: range.length - headerBytes },
  };
}
