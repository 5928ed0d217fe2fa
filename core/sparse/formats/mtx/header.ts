import type { DType } from '#core/elements/dtype.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { cutLines } from '#core/text/line-blocks.ts';
import { readPieces, type TextSource } from '#core/text/text-source.ts';

const SYMMETRIES = ['general', 'symmetric', 'skew-symmetric'] as const;

/** Symmetry of a matrix. Unless it is `general`, each entry off the diagonal stands for two. */
type Symmetry = (typeof SYMMETRIES)[number];

/** What a Matrix Market file says before its entries. */
export interface MtxHeader {
  readonly shape: readonly [rows: number, columns: number];
  /** Number of lines with entries. */
  readonly lines: number;
  readonly dtype: DType;
  /** True if entries have no value in the file; then each is 1. */
  readonly isPattern: boolean;
  readonly symmetry: Symmetry;
  /** Offset of the first line with entries in the text. */
  readonly end: number;
}

/** The supported fields of a banner, and SciPy's dtype of each. */
const DTYPES: ReadonlyMap<string, DType> = new Map([
  ['real', 'float64'],
  ['double', 'float64'],
  ['integer', 'int64'],
  ['unsigned-integer', 'uint64'],
  ['pattern', 'float64'],
]);

/** How to make a supported file from one that is not supported. */
const FIXES: ReadonlyMap<string, string> = new Map([
  ['array', 'scipy.io.mmwrite(path, scipy.sparse.coo_matrix(scipy.io.mmread(path)))'],
  ['complex', 'scipy.io.mmwrite(path, scipy.io.mmread(path).real)'],
  ['vector', 'scipy.io.mmwrite(path, matrix)'],
]);

/** Most bytes of text per byte of deflate. */
const MAX_RATIO = 1032;

/** The first word of a file. Some programs write it with one percent sign, or behind blanks. */
const BANNER = /^\s*%%?MatrixMarket(?:\s|$)/i;

/** Most bytes of a header, with room for long comments. */
const MAX_HEADER_BYTES = 1024 * 1024;

const HEADER_PIECE_BYTES = 64 * 1024;

interface HeaderLine {
  readonly text: string;
  /** Offset after its newline. */
  readonly end: number;
}

/** Yields the lines of a text as strings; a header has few lines. */
async function* readTextLines(text: TextSource): AsyncGenerator<HeaderLine> {
  const pieces = readPieces(text, HEADER_PIECE_BYTES);
  const bounds = { uri: text.uri, offset: 0, segmentBytes: Number.POSITIVE_INFINITY };
  for await (const block of cutLines(pieces, { ...bounds, maxLineBytes: MAX_HEADER_BYTES })) {
    let { offset } = block;
    const lines = Buffer.from(block.bytes.subarray(block.start, block.end - 1)).toString('latin1');
    for (const line of lines.split('\n')) {
      offset += line.length + 1;
      yield { text: line, end: offset };
    }
  }
}

/** True if these are the first bytes of a Matrix Market file. */
export function hasBanner(head: Uint8Array): boolean {
  return BANNER.test(Buffer.from(head).toString('latin1'));
}

function parseBanner(
  { uri }: TextSource,
  line: string,
): Pick<MtxHeader, 'dtype' | 'isPattern' | 'symmetry'> {
  const [, object = '', format = '', field = '', symmetry = ''] = line
    .trim()
    .toLowerCase()
    .split(/\s+/);
  const dtype = DTYPES.get(field);
  // Without imaginary parts a hermitian matrix is symmetric.
  const mirrored = SYMMETRIES.find((known) => known === symmetry.replace('hermitian', 'symmetric'));
  const isRead = BANNER.test(line) && object === 'matrix' && format === 'coordinate';
  const hasSign = field !== 'unsigned-integer' || mirrored !== 'skew-symmetric';
  if (isRead && dtype !== undefined && mirrored !== undefined && hasSign) {
    return { dtype, isPattern: field === 'pattern', symmetry: mirrored };
  }
  const fix = [format, field, object].map((word) => FIXES.get(word)).find(Boolean);
  throw new UnsupportedSourceError(
    `${uri} begins with ${JSON.stringify(line.slice(0, 80))}, allowed is "%%MatrixMarket matrix coordinate" with real, integer, unsigned-integer or pattern and ${SYMMETRIES.join(', ')}; write it with ${fix ?? 'scipy.io.mmwrite(path, matrix)'}`,
  );
}

function parseSizes({ uri }: TextSource, line: string): Pick<MtxHeader, 'shape' | 'lines'> {
  const tokens = line.trim().split(/\s+/);
  const [rows = -1, columns = -1, lines = -1] = tokens.map(Number);
  const isCounts = tokens.length === 3 && tokens.every((token) => /^\d+$/.test(token));
  if (isCounts && Math.max(rows, columns, lines) <= Number.MAX_SAFE_INTEGER) {
    return { shape: [rows, columns], lines };
  }
  throw new CorruptSourceError(
    `${uri} has the line ${JSON.stringify(line.slice(0, 80))} before its entries, expected the numbers of rows, columns and entries`,
  );
}

function checkShape({ uri }: TextSource, { shape, symmetry }: MtxHeader): void {
  if (symmetry === 'general' || shape[0] === shape[1]) return;
  throw new CorruptSourceError(
    `${uri} is ${symmetry}, but has ${shape[0]} rows and ${shape[1]} columns, expected as many`,
  );
}

/**
 * Refuses more lines than the text can have: a line takes at least four bytes, such as `1 1` and a
 * newline; only the last newline may be missing.
 */
function checkLines({ uri, source, isCompressed }: TextSource, { lines, end }: MtxHeader): void {
  const bytes = source.size * (isCompressed ? MAX_RATIO : 1) - end;
  if (4 * lines <= bytes + 1) return;
  throw new CorruptSourceError(
    `${uri} announces ${lines} entries, but has at most ${bytes} bytes for them; it is cut short, copy or write it again`,
  );
}

/**
 * Reads the banner, the comments and the sizes at the start of a Matrix Market file. One read of
 * 64 KiB where the comments are shorter.
 *
 * @throws {CorruptSourceError} the sizes are missing, or contradict the banner or the file's
 * length.
 * @throws {UnsupportedSourceError} the matrix is dense or complex; says what to do.
 * @throws {BoundExceededError} the comments take more than 1 MiB.
 * @see https://math.nist.gov/MatrixMarket/formats.html
 */
export async function readMtxHeader(text: TextSource): Promise<MtxHeader> {
  let banner: ReturnType<typeof parseBanner> | undefined;
  for await (const line of readTextLines(text)) {
    if (line.end > MAX_HEADER_BYTES) {
      throw new BoundExceededError(
        `${text.uri} has ${line.end} bytes of comments before its sizes, allowed are ${MAX_HEADER_BYTES}; remove them`,
      );
    }
    if (banner === undefined) {
      if (line.text.trim() !== '') banner = parseBanner(text, line.text);
    } else if (!/^\s*(?:%|$)/.test(line.text)) {
      const header = { ...banner, ...parseSizes(text, line.text), end: line.end };
      checkShape(text, header);
      checkLines(text, header);
      return header;
    }
  }
  throw new CorruptSourceError(
    `${text.uri} ends before the numbers of rows, columns and entries; it is cut short, copy or write it again`,
  );
}
