import { join } from 'node:path';
import { proveCsv } from '#core/tables/text/csv/prove-csv.ts';
import { proveJsonl } from '#core/tables/text/jsonl/prove-jsonl.ts';
import { readText, readTextRange } from '#core/tables/text/read-text.ts';
import { csvRecordOffsets, jsonlRecordOffsets } from '#core/tables/text/record-offsets.ts';
import type { WriteText } from '#core/tables/text/text-slice.ts';
import { fetchedParts } from './fetched-parts.ts';
import { FileRun } from './file-run.ts';
import { plainForms } from './plain-forms.ts';
import type { CsvSlice, JsonlSlice, TextPart, TextTable } from './table-slice.ts';

/** A text that is proved, in files that the engine reads one after the other. */
export interface TextFiles extends Proved {
  readonly paths: readonly string[];
  /** Records of each part, in their order. */
  readonly records: readonly number[];
}

/** Bytes of text that a compressed object may hold: what a writer's `/tmp` has room for. */
const MAX_TEXT_BYTES = 4 * 1024 ** 3;

/**
 * Bytes after which a file of CSV ends with its record: the engine holds a file as a whole, and
 * each costs it a millisecond.
 */
const CSV_FILE_BYTES = 32 * 1024 * 1024;

interface Proved {
  /** Bytes of the longest record. */
  readonly longest: number;
  /** Of CSV: for each column whether every field has the form of its type. */
  readonly plain: readonly boolean[];
}

interface ProvedPart extends Proved {
  readonly records: number;
}

function piecesOf({ source, compression, start, end }: TextPart): AsyncGenerator<Uint8Array> {
  if (compression === 'none') return readTextRange(source, { start, end: end ?? source.size });
  return behind(readText(source, { compression, maxTextBytes: MAX_TEXT_BYTES }), start);
}

/** Leaves out the first bytes, such as a header. */
async function* behind(
  pieces: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const piece of pieces) {
    if (left < piece.length) yield piece.subarray(left);
    left = Math.max(left - piece.length, 0);
  }
}

async function prove(slice: TextTable, part: TextPart, write: WriteText): Promise<ProvedPart> {
  const { source, start, end } = part;
  const place = { uri: source.uri, start, isLast: end === undefined || end === source.size };
  if (slice.format === 'csv') {
    const shape = { format: slice.csv, columns: slice.fields, forms: plainForms(slice) };
    const proof = await proveCsv({ ...place, ...shape }, piecesOf(part), write);
    return { records: proof.records, longest: proof.longestRecord, plain: proof.plain };
  }
  const columns = slice.keys.map(({ key, type }) => ({ name: key, type }));
  const proof = await proveJsonl({ ...place, columns }, piecesOf(part), write);
  return { records: proof.records, longest: proof.longestLine, plain: [] };
}

/**
 * A line of its own before each file of CSV: the engine takes off a byte order mark at the begin of
 * a file, which in a slice would be a character of the first field.
 */
function headOf(slice: TextTable): string {
  if (slice.format !== 'csv') return '';
  return `${Array<string>(slice.fields).fill('x').join(slice.csv.delimiter)}\n`;
}

async function proveParts(slice: TextTable, files: FileRun): Promise<Omit<TextFiles, 'paths'>> {
  const parts: ProvedPart[] = [];
  for await (const part of fetchedParts(slice.parts)) {
    parts.push(await prove(slice, part, (bytes, openBytes) => files.write(bytes, openBytes)));
  }
  const records = parts.map((part) => part.records);
  const longest = Math.max(0, ...parts.map((part) => part.longest));
  const plain = (parts[0]?.plain ?? []).map((_, column) => parts.every((p) => p.plain[column]));
  return { records, longest, plain };
}

/**
 * Proves the texts of a slice byte by byte and writes them into files of a directory. Holds
 * 40 MiB.
 *
 * @throws {CorruptSourceError} a text is not sound, or a cut was none; names object and byte.
 */
export async function writeTextFiles(slice: TextTable, directory: string): Promise<TextFiles> {
  const most = slice.format === 'csv' ? CSV_FILE_BYTES : Infinity;
  const files = new FileRun(join(directory, `slice.${slice.format}`), headOf(slice), most);
  try {
    const proved = await proveParts(slice, files);
    return { paths: await files.finish(), ...proved };
  } finally {
    await files.close();
  }
}

/** Finds the bytes at which records of a part begin, in the text of its object. */
export function offsetsOf(
  slice: CsvSlice | JsonlSlice,
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
