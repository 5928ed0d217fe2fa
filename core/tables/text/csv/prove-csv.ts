import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { proveText, type WriteText } from '#core/tables/text/text-slice.ts';
import { Utf8Proof } from '#core/tables/text/utf8.ts';
import { MAX_RECORD_BYTES } from './csv-format.ts';
import { type CsvFault, type CsvKernel, type CsvShape, takeCsvKernel } from './csv-kernel.ts';

/** A run of records of a CSV text. */
export interface CsvSlice extends CsvShape {
  /** Name of the object in messages. */
  readonly uri: string;
  /** Offset of the first record in the (inflated) text of the object. */
  readonly start: number;
  /** True if the slice ends where its object ends, not at a cut. */
  readonly isLast: boolean;
  /** Gets the begins of records, counted from `start`; valid during the call. */
  readonly onStarts?: (starts: Float64Array) => void;
}

/** What was proved of a slice. */
export interface CsvProof {
  /** Records of the slice; its proved text has a line feed behind each. */
  readonly records: number;
  /** Bytes of the slice. */
  readonly bytes: number;
  /** Bytes of the longest record before its line feed: the engine needs room for it. */
  readonly longestRecord: number;
  /** For each column whether every field was empty or had the column's form. */
  readonly plain: readonly boolean[];
}

function faultText(fault: CsvFault, kernel: CsvKernel, slice: CsvSlice): string {
  const { delimiter, quote } = slice.format;
  const open = slice.start + kernel.quoteOffset;
  const texts: Record<CsvFault, string> = {
    nul: 'a NUL byte; save the file as UTF-8 text',
    'quote-in-field': `a quote within an unquoted field; put the field in quotes and double the quotes in it, or set source.csv.quote to '' if the file quotes nothing`,
    'text-after-quote': `text behind a closing quote, expected ${JSON.stringify(delimiter)} or the end of the record; double the quotes within a quoted field (${quote}${quote})`,
    'lone-cr':
      'a carriage return without a line feed behind it; end each record with LF or CRLF, or quote the field',
    'newline-in-quotes':
      'a newline within quotes, which source.csv.quotedNewlines: false rules out; set it to true',
    'wrong-fields': `${kernel.foundFields} fields, expected ${slice.columns}; give each record as many fields as there are columns`,
    'long-record': `more than ${slice.maxRecordBytes ?? MAX_RECORD_BYTES} bytes, the most that a record may have; check its quotes, or split it`,
    'open-quote': `a quoted field that begins at byte ${open} and does not end; close its quote`,
  };
  return texts[fault];
}

/** One sentence: the object, the record, the byte, what is there, and what to do. */
function refuse(slice: CsvSlice, kernel: CsvKernel, what: string, at: number): string {
  const record = `record ${kernel.records + 1} from byte ${slice.start} on`;
  const begins = `begins at byte ${slice.start + kernel.recordOffset}`;
  return `${slice.uri} has at byte ${slice.start + at} ${what} (${record}, which ${begins})`;
}

function throwFault(slice: CsvSlice, kernel: CsvKernel, fault: CsvFault | undefined): void {
  if (fault === undefined) return;
  const isLong = fault === 'long-record';
  const at = isLong || fault === 'wrong-fields' ? kernel.recordOffset : kernel.errorOffset;
  const message = refuse(slice, kernel, faultText(fault, kernel, slice), at);
  throw isLong ? new BoundExceededError(message) : new CorruptSourceError(message);
}

/** The slice ends at a cut: the cut begins a record only if the slice ends with one. */
function assertEndsAtCut(slice: CsvSlice, kernel: CsvKernel, bytes: number): void {
  if (kernel.recordOffset === bytes) return;
  const what = `no beginning of a record, where the plan cuts it: the quotes of the file are not what its records near there look like; check the quotes, or quote every text that holds newlines`;
  throw new CorruptSourceError(refuse(slice, kernel, what, bytes));
}

class CsvProver {
  readonly #slice: CsvSlice;
  readonly #kernel: CsvKernel;
  readonly #utf8 = new Utf8Proof();
  #bytes = 0;

  constructor(slice: CsvSlice, kernel: CsvKernel) {
    this.#slice = slice;
    this.#kernel = kernel;
    kernel.start(slice);
    if (slice.onStarts !== undefined) kernel.keepStarts();
  }

  /** Most bytes that are taken at once. */
  get pieceBytes(): number {
    const { pieceBytes, startCapacity } = this.#kernel;
    return this.#slice.onStarts === undefined ? pieceBytes : Math.min(pieceBytes, startCapacity);
  }

  push(piece: Uint8Array): Uint8Array<ArrayBuffer> {
    const bad = this.#utf8.push(piece);
    const sound = bad === undefined ? piece : piece.subarray(0, Math.max(0, bad - this.#bytes));
    this.#check(this.#kernel.scan(sound, bad !== undefined));
    this.#checkUtf8(bad);
    this.#bytes += piece.length;
    this.#slice.onStarts?.(this.#kernel.starts);
    return this.#kernel.text;
  }

  #check(fault: CsvFault | undefined): void {
    throwFault(this.#slice, this.#kernel, fault);
  }

  #checkUtf8(bad: number | undefined): void {
    if (bad === undefined) return;
    const what = 'a byte that is no UTF-8; save the file as UTF-8';
    throw new CorruptSourceError(refuse(this.#slice, this.#kernel, what, bad));
  }

  /** Scans what is left and gives the last record its line feed. */
  finish(): Uint8Array<ArrayBuffer> {
    this.#check(this.#kernel.scan(new Uint8Array(), true));
    this.#checkUtf8(this.#utf8.finish());
    if (!this.#slice.isLast) assertEndsAtCut(this.#slice, this.#kernel, this.#bytes);
    this.#check(this.#kernel.finish());
    this.#slice.onStarts?.(this.#kernel.starts);
    return this.#kernel.text;
  }

  get openBytes(): number {
    return this.#kernel.openBytes;
  }

  get proof(): CsvProof {
    const { records, longestRecord } = this.#kernel;
    const { forms = [] } = this.#slice;
    const plain = forms.map((form, column) => form !== undefined && this.#kernel.isPlain(column));
    return { records, bytes: this.#bytes, longestRecord, plain };
  }
}

/**
 * Proves the records of a slice and writes their text in the one form that the engine gets: UTF-8,
 * LF behind every record, no blank lines but records of a single column, every quote doubled or
 * around a field. What the engine then reads is what was counted here.
 *
 * The slice begins at a record. If it is not the last of its object, it must end after a record and
 * outside of quotes: then its end begins a record, so that by induction every cut of the object is
 * a true one.
 *
 * Holds 1.1 MiB besides the pieces.
 *
 * @throws {CorruptSourceError} the text is no CSV of so many columns; names the byte.
 * @throws {BoundExceededError} a record is longer than `maxRecordBytes`.
 */
export async function proveCsv(
  slice: CsvSlice,
  pieces: AsyncIterable<Uint8Array>,
  write: WriteText,
): Promise<CsvProof> {
  const kernel = takeCsvKernel();
  try {
    return await proveText(new CsvProver(slice, kernel), { pieces, write });
  } finally {
    kernel.close();
  }
}
