import { type FileHandle, open } from 'node:fs/promises';
import { proveCsv } from '#core/tables/text/csv/prove-csv.ts';
import { proveJsonl } from '#core/tables/text/jsonl/prove-jsonl.ts';
import { readText, readTextRange } from '#core/tables/text/read-text.ts';
import { csvRecordOffsets, jsonlRecordOffsets } from '#core/tables/text/record-offsets.ts';
import { fetchedParts } from './fetched-parts.ts';
import type { CsvSlice, JsonlSlice, TextPart } from './table-slice.ts';

/** A text that is proved, in a file that the engine reads. */
export interface TextFile {
  readonly path: string;
  /** Records of each part, in their order. */
  readonly records: readonly number[];
  /** Bytes of the longest record. */
  readonly longest: number;
}

/** Bytes of text that a compressed object may hold: what a writer's `/tmp` has room for. */
const MAX_TEXT_BYTES = 4 * 1024 ** 3;

interface Proved {
  readonly records: number;
  readonly longest: number;
}

type Write = (bytes: Uint8Array) => Promise<void>;

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

async function prove(slice: CsvSlice | JsonlSlice, part: TextPart, write: Write): Promise<Proved> {
  const { source, start, end } = part;
  const place = { uri: source.uri, start, isLast: end === undefined || end === source.size };
  if (slice.format === 'csv') {
    const shape = { format: slice.csv, columns: slice.fields };
    const proof = await proveCsv({ ...place, ...shape }, piecesOf(part), write);
    return { records: proof.records, longest: proof.longestRecord };
  }
  const columns = slice.keys.map(({ key, type }) => ({ name: key, type }));
  const proof = await proveJsonl({ ...place, columns }, piecesOf(part), write);
  return { records: proof.records, longest: proof.longestLine };
}

/**
 * A line of its own before CSV: the engine takes off a byte order mark at the begin of a file,
 * which in a slice would be a character of the first field.
 */
function headOf(slice: CsvSlice | JsonlSlice): string {
  if (slice.format !== 'csv') return '';
  return `${Array<string>(slice.fields).fill('x').join(slice.csv.delimiter)}\n`;
}

async function writeParts(
  slice: CsvSlice | JsonlSlice,
  file: FileHandle,
): Promise<Omit<TextFile, 'path'>> {
  const write: Write = async (bytes) => {
    await file.writeFile(bytes);
  };
  await file.writeFile(headOf(slice));
  const records: number[] = [];
  let longest = 0;
  for await (const part of fetchedParts(slice.parts)) {
    const proved = await prove(slice, part, write);
    records.push(proved.records);
    longest = Math.max(longest, proved.longest);
  }
  return { records, longest };
}

/**
 * Proves the texts of a slice byte by byte and writes them into one file. Holds 40 MiB.
 *
 * @throws {CorruptSourceError} a text is not sound, or a cut was none; names object and byte.
 */
export async function writeTextFile(slice: CsvSlice | JsonlSlice, path: string): Promise<TextFile> {
  const file = await open(path, 'wx');
  try {
    return { path, ...(await writeParts(slice, file)) };
  } finally {
    await file.close();
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
