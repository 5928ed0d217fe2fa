import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { type CsvFormat, MAX_RECORD_BYTES } from './csv-format.ts';
import { type RawRecord, readRecord } from './read-record.ts';

/** How a CSV text begins. */
export interface CsvHead {
  /** Fields of the first record: the names of the columns if the text has a header. */
  readonly fields: readonly string[];
  /** Offset of the first record that is data: behind the byte order mark and the header. */
  readonly start: number;
}

const BOM_BYTES = 3;
const CR = 0x0d;
const LF = 0x0a;

function hasMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function assertUtf8(uri: string, bytes: Uint8Array): void {
  const [first = 1, second = 1] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (!isMarked && first !== 0 && second !== 0) return;
  throw new UnsupportedSourceError(
    `${uri} begins as UTF-16 or UTF-32 does, expected UTF-8; convert it, for example with iconv -t UTF-8`,
  );
}

function decode(uri: string, { fields }: RawRecord): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return fields.map((field, k) => {
    try {
      const text = decoder.decode(field);
      if (!text.includes('\0')) return text;
    } catch {
      // Refused below, as a NUL is.
    }
    throw new CorruptSourceError(
      `${uri} has bytes in field ${k + 1} of its first record that are no text of UTF-8; save the file as UTF-8`,
    );
  });
}

function assertDistinct(uri: string, names: readonly string[]): void {
  const seen = new Set<string>();
  const again = names.find((name) => seen.size === seen.add(name).size);
  if (again === undefined) return;
  throw new CorruptSourceError(
    `${uri} has two columns named ${shownName(again)} in its header; rename one, since columns are told apart by name`,
  );
}

const EMPTY: RawRecord = { fields: [], quoted: [], end: 0 };

/** The first record of a text, once `bytes` show where it ends. */
function firstRecord(
  uri: string,
  { bytes, isWhole }: { readonly bytes: Uint8Array; readonly isWhole: boolean },
  format: CsvFormat,
): RawRecord | undefined {
  if (isWhole && bytes.length === 0) return EMPTY;
  if (!isWhole && !bytes.includes(LF)) return undefined;
  // A carriage return may belong to a line feed that is not there yet.
  const known = !isWhole && bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes;
  const record = readRecord({ uri, bytes: known }, format);
  if (record !== undefined && (isWhole || record.end < known.length)) return record;
  if (isWhole) {
    throw new CorruptSourceError(
      `${uri} has a quoted field in its first record that does not end; close its quote`,
    );
  }
  return undefined;
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** Collects pieces until they hold the first record. */
async function collectRecord(
  uri: string,
  pieces: AsyncIterable<Uint8Array>,
  format: CsvFormat,
): Promise<{ readonly record: RawRecord; readonly markBytes: number }> {
  let all: Uint8Array = new Uint8Array();
  // Tried again only when there are twice as many bytes, so that no text is read many times.
  let enough = BOM_BYTES + 1;
  for await (const piece of pieces) {
    all = join(all, piece);
    if (all.length < enough && all.length <= MAX_RECORD_BYTES) continue;
    enough = 2 * all.length;
    assertUtf8(uri, all);
    const markBytes = hasMark(all) ? BOM_BYTES : 0;
    const bytes = all.subarray(markBytes);
    const record = firstRecord(uri, { bytes, isWhole: false }, format);
    if (record !== undefined) return { record, markBytes };
    if (bytes.length <= MAX_RECORD_BYTES) continue;
    throw new BoundExceededError(
      `${uri} begins with a record of more than ${MAX_RECORD_BYTES} bytes, the most that a record may have; check its quotes`,
    );
  }
  assertUtf8(uri, all);
  const markBytes = hasMark(all) ? BOM_BYTES : 0;
  const whole = { bytes: all.subarray(markBytes), isWhole: true };
  return { record: firstRecord(uri, whole, format)!, markBytes };
}

/**
 * Reads how a CSV text begins: its header, or without one the number of its fields. A byte order
 * mark is passed. An empty text has no fields.
 *
 * Takes as many pieces as the first record needs, at most 4 MiB, and holds them.
 *
 * @param uri name of the object in messages.
 * @throws {UnsupportedSourceError} the text begins as UTF-16 or UTF-32 does.
 * @throws {CorruptSourceError} the first record is no CSV or no UTF-8, or two columns have
 * one name.
 * @throws {BoundExceededError} the first record is longer than 4 MiB, or has more than 32,766
 * fields.
 */
export async function readCsvHead(
  uri: string,
  pieces: AsyncIterable<Uint8Array>,
  format: CsvFormat,
): Promise<CsvHead> {
  const { record, markBytes } = await collectRecord(uri, pieces, format);
  const fields = decode(uri, record);
  if (format.header) assertDistinct(uri, fields);
  return { fields, start: markBytes + (format.header ? record.end : 0) };
}
