import { join } from 'node:path';
import { BoundExceededError } from '#core/errors.ts';
import type { PlainForm } from '#core/tables/text/csv/plain-form.ts';
import { proveCsv } from '#core/tables/text/csv/prove-csv.ts';
import { proveJsonl } from '#core/tables/text/jsonl/prove-jsonl.ts';
import { readText, readTextRange } from '#core/tables/text/read-text.ts';
import { csvRecordOffsets, jsonlRecordOffsets } from '#core/tables/text/record-offsets.ts';
import type { WriteText } from '#core/tables/text/text-slice.ts';
import { ColumnFiles, ColumnsTooLarge } from './column-files.ts';
import { columnKinds } from './column-kinds.ts';
import { fetchedParts } from './fetched-parts.ts';
import { FileRun } from './file-run.ts';
import { blaming } from './own-fault.ts';
import { plainForms } from './plain-forms.ts';
import { recordForm } from './record-form.ts';
import type { TextPart, TextTable } from './table-slice.ts';

/** A text that is proved, in files that the engine reads one after the other. */
export interface TextFiles {
  readonly paths: readonly string[];
  /** Records of each part, in their order. */
  readonly records: readonly number[];
  /** Bytes of the longest record. */
  readonly longest: number;
  /** Of records: for each field whether every one has the form of its type. */
  readonly plain: readonly boolean[];
  /** Whether the files are Parquet with the values of each field, rather than the text. */
  readonly areColumns: boolean;
}

/** Bytes of proved text that a slice may have: what a writer's `/tmp` has room for. */
export const MAX_TEXT_BYTES = 4 * 1024 ** 3;

/**
 * Bytes after which a file of CSV ends with its record: the engine holds a file as a whole, and
 * each costs it a millisecond.
 */
const CSV_FILE_BYTES = 32 * 1024 * 1024;

interface Proved {
  readonly records: number;
  /** Bytes of text. */
  readonly bytes: number;
  /** Bytes of the longest record. */
  readonly longest: number;
  /** Of records: for each field whether every one has the form of its type. */
  readonly plain: readonly boolean[];
}

/** What gets the text and the records of a part. */
interface Sink {
  readonly write: WriteText;
  /** Gets the begins of records, counted from that of the part; valid during the call. */
  readonly onStarts?: (starts: Float64Array) => void;
  /** Of records: for each field the form that it is compared with. @default that of its type */
  readonly forms?: readonly (PlainForm | undefined)[];
  /** Bytes that the text of a compressed object may have. @default whatever `write` takes */
  readonly maxTextBytes?: number;
}

function piecesOf(
  { source, compression, start, end }: TextPart,
  maxTextBytes = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') return readTextRange(source, { start, end: end ?? source.size });
  const pieces = readText(source, { compression, maxTextBytes });
  return within(pieces, start, end ?? Number.POSITIVE_INFINITY);
}

/** Bytes `[start, end)` of a text; what is behind them is not read. */
async function* within(
  pieces: AsyncIterable<Uint8Array>,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const piece of pieces) {
    const behind = at + piece.length;
    if (behind > start) yield piece.subarray(Math.max(start - at, 0), Math.min(end, behind) - at);
    at = behind;
    if (at >= end) return;
  }
}

/** Proves the records of a part. */
export async function provePart(
  slice: TextTable,
  part: TextPart,
  { write, onStarts, maxTextBytes, forms: given }: Sink,
): Promise<Proved> {
  const { source, compression, start, end } = part;
  const isLast = end === undefined || (compression === 'none' && end === source.size);
  const place = { uri: source.uri, start, isLast, ...(onStarts && { onStarts }) };
  const pieces = piecesOf(part, maxTextBytes);
  const form = recordForm(slice);
  const forms = given ?? (form && plainForms(slice, form.fields));
  if (slice.format === 'csv') {
    const shape = { format: slice.csv, columns: slice.fields, ...(forms && { forms }) };
    const { records, bytes, longestRecord, plain } = await proveCsv(
      { ...place, ...shape },
      pieces,
      write,
    );
    return { records, bytes, longest: longestRecord, plain };
  }
  const columns = slice.keys.map(({ key, type }) => ({ name: key, type }));
  const shape = { columns, ...(forms && { forms }) };
  const { records, bytes, longestLine, plain } = await proveJsonl(
    { ...place, ...shape },
    pieces,
    write,
  );
  return { records, bytes, longest: longestLine, plain };
}

/**
 * A line of its own before each file of CSV: the engine takes off a byte order mark at the begin of
 * a file, which in a slice would be a character of the first field.
 */
function headOf(slice: TextTable): string {
  const form = recordForm(slice);
  return form ? `${Array<string>(form.fields).fill('x').join(form.delimiter)}\n` : '';
}

/** Refuses the text of a slice that its directory has no room for. */
function refuseText({ parts }: TextTable, index: number, maxBytes: number): never {
  const { uri, size } = parts[index]!.source;
  const before = index === 0 ? '' : ` with the ${index} objects before it that are read with it`;
  throw new BoundExceededError(
    `${uri} of ${size} bytes has${before} more than ${maxBytes} bytes of text, the most that a writer has room for; ${
      index === 0 ? 'split it, or unpack it first' : 'ask for smaller files'
    }`,
  );
}

/** Takes the proved text of all parts. */
interface SliceFiles {
  write(bytes: Uint8Array, openBytes: number): Promise<void>;
}

interface Proving extends Pick<Sink, 'forms'> {
  readonly files: SliceFiles;
  /** Of the proved text of all parts together. */
  readonly maxBytes: number;
}

async function proveParts(
  slice: TextTable,
  { files, maxBytes, forms }: Proving,
): Promise<Pick<TextFiles, 'records' | 'longest' | 'plain'>> {
  const parts: Proved[] = [];
  let textBytes = 0;
  const write: WriteText = async (bytes, open) => {
    textBytes += bytes.length;
    if (textBytes > maxBytes) refuseText(slice, parts.length, maxBytes);
    await files.write(bytes, open);
  };
  const sink = { write, ...(forms && { forms }) };
  for await (const part of fetchedParts(slice.parts)) {
    parts.push(await blaming(part.source.uri, () => provePart(slice, part, sink)));
  }
  const records = parts.map((part) => part.records);
  const longest = Math.max(0, ...parts.map((part) => part.longest));
  const plain = (parts[0]?.plain ?? []).map((_, column) => parts.every((p) => p.plain[column]));
  return { records, longest, plain };
}

async function writeText(
  slice: TextTable,
  directory: string,
  maxBytes: number,
): Promise<TextFiles> {
  const [name, most] = recordForm(slice)
    ? ['slice.csv', CSV_FILE_BYTES]
    : ['slice.jsonl', Infinity];
  const files = new FileRun(join(directory, name), headOf(slice), most);
  try {
    const proved = await proveParts(slice, { files, maxBytes });
    return { paths: await files.finish(), ...proved, areColumns: false };
  } finally {
    await files.close();
  }
}

/** The files of columns; undefined where a slice has none, or they would take too many bytes. */
async function writeColumns(
  slice: TextTable,
  directory: string,
  maxBytes: number,
): Promise<TextFiles | undefined> {
  const shape = columnKinds(slice);
  if (shape === undefined) return undefined;
  const files = new ColumnFiles(directory, shape, maxBytes);
  try {
    const forms = shape.kinds.map(() => undefined);
    const proved = await proveParts(slice, { files, maxBytes, forms });
    return { ...proved, ...(await files.finish()), areColumns: true };
  } catch (error) {
    if (!(error instanceof ColumnsTooLarge)) throw error;
    await files.remove();
    return undefined;
  } finally {
    await files.close();
  }
}

/**
 * Proves the texts of a slice byte by byte and writes them into files of a directory: records as
 * columns of Parquet, which the engine reads in a quarter of the time. Holds 60 MiB.
 *
 * @param maxBytes of the proved text of all parts together.
 * @throws {CorruptSourceError} a text is not sound, or a cut was none; names object and byte.
 * @throws {BoundExceededError} the parts have more text; names the object that passes the bound.
 */
export async function writeTextFiles(
  slice: TextTable,
  directory: string,
  maxBytes: number = MAX_TEXT_BYTES,
): Promise<TextFiles> {
  const columns = await writeColumns(slice, directory, maxBytes);
  return columns ?? (await writeText(slice, directory, maxBytes));
}

/** Finds the bytes at which records of a part begin, in the text of its object. */
export function offsetsOf(
  slice: TextTable,
  part: TextPart,
  ordinals: readonly number[],
): AsyncGenerator<number> {
  const wanted = { start: part.start, ordinals };
  if (slice.format === 'jsonl') {
    return jsonlRecordOffsets({ columns: [] }, piecesOf(part), wanted);
  }
  const shape = { format: slice.csv, columns: slice.fields };
  return csvRecordOffsets(shape, piecesOf(part), wanted);
}
